import type { EscrowEvent } from '../../events/escrow.js';
import type { Recorded } from '../../kernel/event.js';
import { idOfStream } from '../../kernel/ids.js';
import type { EscrowRow, HoldRow, LedgerRow } from './schema.js';

const plus = (a: string, b: string): string => `${BigInt(a) + BigInt(b)}`;
const minus = (a: string, b: string): string => `${BigInt(a) - BigInt(b)}`;

export function evolveAccount(
  row: EscrowRow | undefined,
  event: EscrowEvent,
  { revision }: Recorded,
): EscrowRow | undefined {
  if (event.type === 'EscrowAccountOpened')
    return {
      user_id: event.userId,
      revision,
      wallet: event.wallet,
      network: event.network,
      asset: event.asset,
      opened_at: event.openedAt,
      available: '0',
      held: '0',
      deposited: '0',
      captured: '0',
      refunded: '0',
      frozen: null,
      withdrawing: '0',
      withdrawn: '0',
    };
  return row && { ...row, ...balanceAfter(row, event), revision };
}

function balanceAfter(row: EscrowRow, event: EscrowEvent): Partial<EscrowRow> {
  const { available, held } = row;
  switch (event.type) {
    case 'DepositConfirmed':
      return {
        available: plus(available, event.amount),
        deposited: plus(row.deposited, event.amount),
      };
    case 'HoldPlaced':
      return { available: minus(available, event.amount), held: plus(held, event.amount) };
    case 'HoldExtended':
      return { available: minus(available, event.added), held: plus(held, event.added) };
    case 'HoldCaptured':
      return {
        ...(event.late ? { available: minus(available, event.amount) } : { held: minus(held, event.amount) }),
        captured: plus(row.captured, event.amount),
      };
    case 'HoldReduced':
    case 'HoldReleased':
    case 'HoldExpired':
      return { available: plus(available, event.released), held: minus(held, event.released) };
    case 'RefundCredited':
      return { available: plus(available, event.amount), refunded: plus(row.refunded, event.amount) };
    case 'EscrowFrozen':
      return { frozen: { reason: event.reason, at: event.frozenAt } };
    case 'EscrowUnfrozen':
      return { frozen: null };
    case 'WithdrawalRequested':
      return {
        available: minus(available, event.amount),
        withdrawing: plus(row.withdrawing, event.amount),
      };
    case 'WithdrawalConfirmed':
      return {
        withdrawing: minus(row.withdrawing, event.amount),
        withdrawn: plus(row.withdrawn, event.amount),
      };
    case 'WithdrawalFailed':
      return {
        available: plus(available, event.amount),
        withdrawing: minus(row.withdrawing, event.amount),
      };
    default:
      return {};
  }
}

export function evolveHold(
  row: HoldRow | undefined,
  event: EscrowEvent,
  { revision, stream, metadata }: Recorded,
): HoldRow | undefined {
  if (event.type === 'HoldPlaced' || event.type === 'HoldSplit')
    return {
      user_id: idOfStream(stream),
      hold_id: event.holdId,
      revision,
      purpose: event.purpose,
      status: 'placed',
      amount: event.amount,
      captured: '0',
      released: '0',
      placed_at: metadata.occurredAt,
      expires_at: event.expiresAt,
    };
  if (!row) return undefined;
  switch (event.type) {
    case 'HoldExtended': {
      const { amount, expiresAt } = event;
      return { ...row, revision, status: 'placed', amount, released: '0', expires_at: expiresAt };
    }
    case 'HoldCaptured':
      return { ...row, revision, captured: plus(row.captured, event.amount) };
    case 'HoldReduced': {
      const { amount, released } = event;
      return { ...row, revision, amount, released: plus(row.released, released) };
    }
    case 'HoldReleased':
      return { ...row, revision, status: 'released', released: plus(row.released, event.released) };
    case 'HoldExpired':
      return { ...row, revision, status: 'expired', released: event.released };
    default:
      return row;
  }
}

/** @param account the account after the event */
export function ledgerLine(account: EscrowRow, event: EscrowEvent, recorded: Recorded): LedgerRow {
  return {
    user_id: account.user_id,
    revision: recorded.revision,
    ...movement(event),
    available_after: account.available,
    held_after: account.held,
    at: recorded.metadata.occurredAt,
  };
}

type Movement = Pick<LedgerRow, 'kind' | 'amount' | 'reference' | 'note'>;

function movement(event: EscrowEvent): Movement {
  switch (event.type) {
    case 'EscrowAccountOpened':
      return { kind: 'opened', amount: '0', reference: event.wallet, note: null };
    case 'DepositSubmitted':
      return { kind: 'deposit_submitted', amount: event.amount, reference: event.signature, note: null };
    case 'DepositConfirmed':
      return { kind: 'deposit_confirmed', amount: event.amount, reference: event.signature, note: null };
    case 'DepositRejected':
      return { kind: 'deposit_rejected', amount: '0', reference: event.signature, note: event.code };
    case 'HoldPlaced':
      return { kind: 'hold_placed', amount: event.amount, reference: event.holdId, note: event.purpose };
    case 'HoldExtended':
      return { kind: 'hold_extended', amount: event.added, reference: event.holdId, note: null };
    case 'HoldSplit':
      return { kind: 'hold_split', amount: event.amount, reference: event.holdId, note: event.from };
    case 'HoldCaptured':
      return { kind: 'hold_captured', amount: event.amount, reference: event.paymentId, note: event.holdId };
    case 'HoldReduced':
      return { kind: 'hold_reduced', amount: event.released, reference: event.holdId, note: null };
    case 'HoldReleased':
      return { kind: 'hold_released', amount: event.released, reference: event.holdId, note: null };
    case 'HoldExpired':
      return { kind: 'hold_expired', amount: event.released, reference: event.holdId, note: null };
    case 'RefundCredited':
      return {
        kind: 'refund_credited',
        amount: event.amount,
        reference: event.paymentId,
        note: event.signature,
      };
    case 'EscrowFrozen':
      return { kind: 'frozen', amount: '0', reference: '', note: event.reason };
    case 'EscrowUnfrozen':
      return { kind: 'unfrozen', amount: '0', reference: '', note: event.reason };
    case 'WithdrawalRequested': {
      const { amount, withdrawalId: reference, destination: note } = event;
      return { kind: 'withdrawal_requested', amount, reference, note };
    }
    case 'WithdrawalPrepared': {
      const { withdrawalId: reference, signature: note } = event;
      return { kind: 'withdrawal_prepared', amount: '0', reference, note };
    }
    case 'WithdrawalAttemptEnded': {
      const { withdrawalId: reference, because: note } = event;
      return { kind: 'withdrawal_attempt_ended', amount: '0', reference, note };
    }
    case 'WithdrawalConfirmed': {
      const { amount, withdrawalId: reference, signature: note } = event;
      return { kind: 'withdrawal_confirmed', amount, reference, note };
    }
    case 'WithdrawalFailed': {
      const { amount, withdrawalId: reference, code: note } = event;
      return { kind: 'withdrawal_failed', amount, reference, note };
    }
  }
}
