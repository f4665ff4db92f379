import type { MandateEvent } from '../../events/mandate.js';
import type { Recorded } from '../../kernel/event.js';
import type { MandateRow } from './schema.js';

export function evolveMandateRow(
  row: MandateRow | undefined,
  event: MandateEvent,
  { revision }: Recorded,
): MandateRow | undefined {
  if (event.type === 'MandateGranted')
    return {
      mandate_id: event.mandateId,
      revision,
      user_id: event.userId,
      wallet: event.wallet,
      status: 'active',
      network: event.network,
      asset: event.asset,
      max_total: event.maxTotal,
      max_per_transaction: event.maxPerTransaction,
      allowed_recipients: event.allowedRecipients ?? null,
      used: '0',
      granted_at: event.grantedAt,
      expires_at: event.expiresAt,
      ended_at: null,
    };
  return row && { ...row, ...changeOf(row, event), revision };
}

function changeOf(
  { used }: MandateRow,
  event: Exclude<MandateEvent, { type: 'MandateGranted' }>,
): Partial<MandateRow> {
  switch (event.type) {
    case 'MandateConsumed':
      return { used: `${BigInt(used) + BigInt(event.amount)}` };
    case 'MandateUseReleased':
      return { used: `${BigInt(used) - BigInt(event.released)}` };
    case 'MandateRevoked':
      return { status: 'revoked', ended_at: event.revokedAt };
    case 'MandateExpired':
      return { status: 'expired', ended_at: event.expiredAt };
  }
}
