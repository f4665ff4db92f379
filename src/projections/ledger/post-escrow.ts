import type { EscrowEvent } from '../../events/escrow.js';
import type { WithdrawalEvent } from '../../events/withdrawal.js';
import { unreachable } from '../../kernel/errors.js';
import { hasPrefix } from '../../kernel/ids.js';
import { available, chain, held, owed, services } from './accounts.js';
import { type Entry, type EntryKind, entryOf, type Line, type Transfer } from './entry.js';

const GIVEN_BACK = {
  HoldReduced: 'hold_reduced',
  HoldReleased: 'hold_released',
  HoldExpired: 'hold_expired',
} as const;

type About = Partial<Pick<Entry, 'counterparty' | 'signature'>>;

/** @returns undefined for what moves no money */
export function postEscrow(userId: string, event: Exclude<EscrowEvent, WithdrawalEvent>): Entry | undefined {
  const own = available(userId);
  const entry = (
    kind: EntryKind,
    reference: string,
    transfer: Omit<Transfer, 'amount'> & { readonly amount: string },
    about: About = {},
  ): Entry => entryOf({ kind, reference, userId, ...about }, transfer);
  switch (event.type) {
    case 'EscrowAccountOpened':
    case 'DepositSubmitted':
    case 'DepositRejected':
    case 'EscrowFrozen':
    case 'EscrowUnfrozen':
      return undefined;
    case 'DepositConfirmed': {
      const { signature, amount } = event;
      return entry('deposit', signature, { debit: chain, credit: own, amount }, { signature });
    }
    case 'HoldPlaced': {
      const { holdId, amount, purpose } = event;
      const transfer = { debit: own, credit: held(userId, holdId), amount };
      return entry('hold', holdId, transfer, { counterparty: purpose });
    }
    case 'HoldExtended': {
      const { holdId, added: amount } = event;
      return entry('hold_extended', holdId, { debit: own, credit: held(userId, holdId), amount });
    }
    case 'HoldCaptured': {
      const { holdId, paymentId, amount } = event;
      const debit = event.late ? own : held(userId, holdId);
      // what pays a settlement is captured under its id, and owed to its recipients
      const credit = hasPrefix('settlement', paymentId) ? owed(paymentId) : services(paymentId);
      return entry('payment', paymentId, { debit, credit, amount });
    }
    case 'HoldSplit': {
      const { holdId, from, amount, purpose: counterparty } = event;
      const transfer = { debit: held(userId, from), credit: held(userId, holdId), amount };
      return entry('hold_split', holdId, transfer, { counterparty });
    }
    case 'HoldReduced':
    case 'HoldReleased':
    case 'HoldExpired': {
      const { holdId, released: amount } = event;
      const returned = 'returned' in event ? event.returned : undefined;
      if (returned) {
        const lender = held(userId, returned.holdId);
        return fromHold(userId, holdId, [
          { account: lender, amount: -BigInt(returned.amount) },
          { account: own, amount: -BigInt(amount) },
        ]);
      }
      return entry(GIVEN_BACK[event.type], holdId, { debit: held(userId, holdId), credit: own, amount });
    }
    case 'RefundCredited': {
      const { paymentId, signature, amount } = event;
      return entry('refund', paymentId, { debit: services(paymentId), credit: own, amount }, { signature });
    }
    default:
      return unreachable(event);
  }
}

/** What is left of a part of a hold, to whom it goes: credits, of which there may be none. */
function fromHold(userId: string, holdId: string, credits: readonly Line[]): Entry {
  const lines = credits.filter(({ amount }) => amount !== 0n);
  const amount = -lines.reduce((sum, line) => sum + line.amount, 0n);
  const about = { kind: 'hold_returned', reference: holdId, userId } as const;
  return {
    counterparty: null,
    signature: null,
    mark: null,
    ...about,
    lines: amount === 0n ? [] : [{ account: held(userId, holdId), amount }, ...lines],
  };
}
