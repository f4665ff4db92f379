import type { EscrowEvent } from '../../events/escrow.js';
import type { WithdrawalEvent } from '../../events/withdrawal.js';
import { unreachable } from '../../kernel/errors.js';
import { least, type Micros, parseMicros, toMicros, ZERO } from '../../kernel/money.js';
import { PersistentMap } from '../../kernel/persistent-map.js';
import { evolveWithdrawals, isWithdrawalEvent, noWithdrawals, type Withdrawals } from './withdrawal-state.js';

export interface Deposit {
  readonly status: 'submitted' | 'confirmed' | 'rejected';
  readonly amount: Micros;
  /** when to stop looking for it on the chain */
  readonly expiresAt: string;
}

export interface Hold {
  readonly status: 'open' | 'released' | 'expired';
  readonly amount: Micros;
  readonly captured: Micros;
  /** held or captured by holds that were split from it */
  readonly lent?: Micros;
  /** the hold it was split from */
  readonly from?: string;
  /** what that one gave it; whatever else it holds was added since, out of what was available */
  readonly borrowed?: Micros;
  readonly expiresAt: string;
}

export interface Capture {
  readonly holdId: string;
  readonly amount: Micros;
}

/** Why and since when an account is stopped. */
export interface Frozen {
  readonly reason: string;
  readonly at: string;
}

export interface OpenEscrow {
  readonly status: 'open';
  readonly wallet: string;
  readonly network: string;
  readonly asset: string;
  /** while it stands, nothing more is reserved or withdrawn */
  readonly frozen?: Frozen;
  /** sum of confirmed deposits */
  readonly deposited: Micros;
  /** sum of all captures */
  readonly captured: Micros;
  /** sum of what recipients gave back */
  readonly refunded: Micros;
  /** what open holds have not captured yet */
  readonly held: Micros;
  readonly deposits: PersistentMap<Deposit>;
  readonly holds: PersistentMap<Hold>;
  /** by payment id */
  readonly captures: PersistentMap<Capture>;
  /** signatures of refunds, by payment id */
  readonly refunds: PersistentMap<string>;
  readonly withdrawals: Withdrawals;
}

export type EscrowState = { readonly status: 'unopened' } | OpenEscrow;

export const unopened: EscrowState = { status: 'unopened' };

export const availableOf = (account: OpenEscrow): Micros =>
  toMicros(
    account.deposited +
      account.refunded -
      account.captured -
      account.held -
      account.withdrawals.paid -
      account.withdrawals.pending,
  );

export const remainderOf = ({ amount, captured, lent = ZERO }: Hold): Micros =>
  toMicros(amount - captured - lent);

export function evolveEscrow(state: EscrowState, event: EscrowEvent): EscrowState {
  if (event.type === 'EscrowAccountOpened')
    return {
      status: 'open',
      wallet: event.wallet,
      network: event.network,
      asset: event.asset,
      deposited: ZERO,
      captured: ZERO,
      refunded: ZERO,
      held: ZERO,
      deposits: PersistentMap.empty(),
      holds: PersistentMap.empty(),
      captures: PersistentMap.empty(),
      refunds: PersistentMap.empty(),
      withdrawals: noWithdrawals,
    };
  if (state.status === 'unopened') throw new Error(`${event.type} in the history of an account never opened`);
  if (isWithdrawalEvent(event)) return { ...state, withdrawals: evolveWithdrawals(state.withdrawals, event) };
  return evolveOpen(state, event);
}

function evolveOpen(
  account: OpenEscrow,
  event: Exclude<EscrowEvent, { type: 'EscrowAccountOpened' } | WithdrawalEvent>,
): OpenEscrow {
  switch (event.type) {
    case 'DepositSubmitted': {
      const { signature, expiresAt } = event;
      return withDeposit(account, signature, {
        status: 'submitted',
        amount: parseMicros(event.amount),
        expiresAt,
      });
    }
    case 'DepositConfirmed': {
      const amount = parseMicros(event.amount);
      const deposited = toMicros(account.deposited + amount);
      return { ...withDeposit(account, event.signature, { status: 'confirmed', amount }), deposited };
    }
    case 'DepositRejected':
      return withDeposit(account, event.signature, { status: 'rejected' });
    case 'HoldPlaced': {
      const amount = parseMicros(event.amount);
      const hold: Hold = { status: 'open', amount, captured: ZERO, expiresAt: event.expiresAt };
      return {
        ...account,
        held: toMicros(account.held + amount),
        holds: account.holds.with(event.holdId, hold),
      };
    }
    case 'HoldExtended': {
      const { holdId, expiresAt } = event;
      const before = account.holds.get(holdId)!;
      const hold: Hold = { ...before, status: 'open', amount: parseMicros(event.amount), expiresAt };
      return {
        ...account,
        held: toMicros(account.held + parseMicros(event.added)),
        holds: account.holds.with(holdId, hold),
      };
    }
    case 'HoldSplit': {
      const { from, expiresAt } = event;
      const amount = parseMicros(event.amount);
      const before = account.holds.get(from)!;
      const lent = toMicros((before.lent ?? ZERO) + amount);
      const hold: Hold = { status: 'open', amount, captured: ZERO, from, borrowed: amount, expiresAt };
      return { ...account, holds: account.holds.with(from, { ...before, lent }).with(event.holdId, hold) };
    }
    case 'HoldCaptured':
      return capture(account, event.holdId, event.paymentId, parseMicros(event.amount));
    case 'HoldReduced': {
      const { borrowed } = account.holds.get(event.holdId)!;
      const returned = parseMicros(event.returned?.amount ?? '0');
      const owes = borrowed !== undefined && { borrowed: toMicros(borrowed - least(returned, borrowed)) };
      return giveBack(account, event, { amount: parseMicros(event.amount), ...owes });
    }
    case 'HoldReleased':
      return event.returned
        ? giveBack(account, event, { status: 'released' })
        : close(account, event.holdId, 'released');
    case 'HoldExpired':
      return close(account, event.holdId, 'expired');
    case 'RefundCredited': {
      const { paymentId, signature } = event;
      const refunded = toMicros(account.refunded + parseMicros(event.amount));
      return { ...account, refunded, refunds: account.refunds.with(paymentId, signature) };
    }
    case 'EscrowFrozen':
      return { ...account, frozen: { reason: event.reason, at: event.frozenAt } };
    case 'EscrowUnfrozen': {
      const { frozen: _over, ...unfrozen } = account;
      return unfrozen;
    }
    default:
      return unreachable(event);
  }
}

/** A deposit is submitted before anything else happens to it. */
const withDeposit = (account: OpenEscrow, signature: string, change: Partial<Deposit>): OpenEscrow => {
  const deposit = { ...account.deposits.get(signature), ...change } as Deposit;
  return { ...account, deposits: account.deposits.with(signature, deposit) };
};

function capture(account: OpenEscrow, holdId: string, paymentId: string, amount: Micros): OpenEscrow {
  const hold = account.holds.get(holdId)!;
  return {
    ...account,
    captured: toMicros(account.captured + amount),
    held: hold.status === 'open' ? toMicros(account.held - amount) : account.held,
    holds: account.holds.with(holdId, { ...hold, captured: toMicros(hold.captured + amount) }),
    captures: account.captures.with(paymentId, { holdId, amount }),
  };
}

/**
 * What is left of what it borrowed is held on, by the hold it was split from. Releases of earlier versions gave that one
 * more than it had lent, where the part had been extended: it holds so much more since, as the books say.
 */
function giveBack(
  account: OpenEscrow,
  { holdId, released, returned }: Extract<EscrowEvent, { type: 'HoldReduced' | 'HoldReleased' }>,
  change: Partial<Hold>,
): OpenEscrow {
  const before = account.holds.get(holdId)!;
  const hold = { ...before, ...change };
  const held = toMicros(account.held - parseMicros(released));
  if (!returned) return { ...account, held, holds: account.holds.with(holdId, hold) };
  const lender = account.holds.get(returned.holdId)!;
  const amount = parseMicros(returned.amount);
  const settled = least(amount, before.borrowed ?? amount);
  const repaid: Hold = {
    ...lender,
    lent: toMicros((lender.lent ?? ZERO) - settled),
    amount: toMicros(lender.amount + amount - settled),
  };
  return { ...account, held, holds: account.holds.with(returned.holdId, repaid).with(holdId, hold) };
}

function close(account: OpenEscrow, holdId: string, status: 'released' | 'expired'): OpenEscrow {
  const hold = account.holds.get(holdId)!;
  return {
    ...account,
    held: hold.status === 'open' ? toMicros(account.held - remainderOf(hold)) : account.held,
    holds: account.holds.with(holdId, { ...hold, status }),
  };
}
