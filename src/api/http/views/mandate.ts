import type { Mandate } from '../../../commands/mandate/state.js';
import type { MandateEventOf } from '../../../events/mandate.js';
import type { MandateRow } from '../../../projections/mandates/schema.js';
import { money } from '../answer.js';

interface Shown {
  readonly status: Mandate['status'];
  readonly granted: Omit<MandateEventOf<'MandateGranted'>, 'type' | 'v' | 'message' | 'signature'>;
  readonly used: string | bigint;
}

/** `remaining` is what plans may still be approved for; nothing once it is over. */
const view = ({ status, granted, used }: Shown, now: string) => {
  const { maxTotal, maxPerTransaction, allowedRecipients, expiresAt } = granted;
  const isOver = status === 'active' && now >= expiresAt;
  const isUsable = status === 'active' && !isOver;
  return {
    id: granted.mandateId,
    status: isOver ? 'expired' : status,
    wallet: granted.wallet,
    network: granted.network,
    asset: granted.asset,
    ...money('maxTotal', maxTotal),
    ...money('maxPerTransaction', maxPerTransaction),
    allowedRecipients: allowedRecipients ?? null,
    ...money('used', used),
    ...money('remaining', isUsable ? BigInt(maxTotal) - BigInt(used) : 0n),
    grantedAt: granted.grantedAt,
    expiresAt,
  };
};

/** With every run that used it, and what the wallet signed. */
export const mandateView = (mandate: Mandate, now: string) => ({
  ...view(mandate, now),
  uses: [...mandate.uses].map(([key, { planHash, amount, spent }]) => ({
    workflowId: key.slice(0, key.indexOf('/')),
    runNo: Number(key.slice(key.indexOf('/') + 1)),
    planHash,
    ...money('amount', amount),
    ...money('spent', spent ?? null),
  })),
  message: mandate.granted.message,
  signature: mandate.granted.signature,
});

export const mandateSummary = (row: MandateRow, now: string) =>
  view(
    {
      status: row.status,
      used: row.used,
      granted: {
        mandateId: row.mandate_id,
        userId: row.user_id,
        wallet: row.wallet,
        network: row.network,
        asset: row.asset,
        maxTotal: `${row.max_total}`,
        maxPerTransaction: `${row.max_per_transaction}`,
        ...(row.allowed_recipients && { allowedRecipients: row.allowed_recipients }),
        grantedAt: row.granted_at,
        expiresAt: row.expires_at,
      },
    },
    now,
  );
