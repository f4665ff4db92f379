/**
 * A user's prepaid balance, in micro-USDC of one asset, and what is reserved of it.
 *
 * - available = confirmed deposits + refunds − captured − what open holds have left − withdrawn or being withdrawn.
 *   It is never negative.
 * - A deposit counts once, and only with the amount it was submitted with.
 * - A hold reserves at most what is available. It is captured in parts, each payment once, never beyond the hold.
 * - A hold is extended as long as its run goes on, also after it expired; never shortened, never after its release.
 * - A hold may be split: the new one holds part of what the old one has left, and gives back what it does not spend.
 * - A hold is closed by release or by expiry; its remainder is then available again. A payment that settled on the
 *   chain after that is captured late: within what the hold once covered, out of what is available.
 * - While it is frozen nothing more is reserved; what is on its way, in or out, is booked as ever.
 *
 * Who owns the account, and whether a transfer stands on the chain, is settled before a command comes here. That
 * one signature counts for one account only is the rule of commands/deposit.
 */
import type { EscrowEvent } from '../../events/escrow.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { formatUsdc, least, type Micros, toMicros, ZERO } from '../../kernel/money.js';
import type {
  CaptureHold,
  ConfirmDeposit,
  CreditRefund,
  EscrowCommand,
  ExpireHold,
  ExtendHold,
  OpenEscrowAccount,
  PlaceHold,
  RejectDeposit,
  ReleaseHold,
  SplitHold,
  SubmitDeposit,
} from './commands.js';
import { assertNotFrozen, freezeAccount, unfreezeAccount } from './freezing.js';
import {
  availableOf,
  type Deposit,
  type EscrowState,
  evolveEscrow,
  type Hold,
  type OpenEscrow,
  remainderOf,
  unopened,
} from './state.js';
import { isWithdrawalCommand } from './withdrawal-commands.js';
import { decideWithdrawal } from './withdrawals.js';

type Decision = readonly EscrowEvent[];
const NOTHING: Decision = [];

function decide(command: EscrowCommand, state: EscrowState): Decision {
  if (command.type === 'OpenEscrowAccount') return open(command, state);
  if (state.status === 'unopened')
    throw new Refusal('ESCROW_NOT_OPEN', 'There is no escrow account yet. Create one first.');
  if (isWithdrawalCommand(command)) return decideWithdrawal(command, state);
  switch (command.type) {
    case 'SubmitDeposit':
      return submitDeposit(command, state);
    case 'ConfirmDeposit':
      return confirmDeposit(command, state);
    case 'RejectDeposit':
      return rejectDeposit(command, state);
    case 'PlaceHold':
      return placeHold(command, state);
    case 'ExtendHold':
      return extendHold(command, state);
    case 'SplitHold':
      return splitHold(command, state);
    case 'CaptureHold':
      return captureHold(command, state);
    case 'ReleaseHold':
      return releaseHold(command, state);
    case 'ExpireHold':
      return expireHold(command, state);
    case 'CreditRefund':
      return creditRefund(command, state);
    case 'FreezeAccount':
      return freezeAccount(command, state);
    case 'UnfreezeAccount':
      return unfreezeAccount(command, state);
    default:
      return unreachable(command);
  }
}

function open(command: OpenEscrowAccount, state: EscrowState): Decision {
  const { userId, wallet, network, asset, at } = command;
  if (state.status === 'unopened')
    return [{ type: 'EscrowAccountOpened', v: 1, userId, wallet, network, asset, openedAt: at }];
  if (state.wallet === wallet && state.network === network && state.asset === asset) return NOTHING;
  throw new Refusal(
    'ESCROW_ALREADY_OPEN',
    'The escrow account is open for another wallet or asset already.',
    {
      wallet: state.wallet,
      network: state.network,
      asset: state.asset,
    },
  );
}

function submitDeposit(command: SubmitDeposit, account: OpenEscrow): Decision {
  const { signature, amount, at, expiresAt } = command;
  const known = account.deposits.get(signature);
  if (known && known.status !== 'rejected') {
    if (known.amount === amount) return NOTHING;
    throw new Refusal('SIGNATURE_USED', 'This transaction was submitted as a deposit of another amount.', {
      signature,
      submitted: String(known.amount),
      amount: String(amount),
    });
  }
  assertAmount(amount);
  // A rejected deposit may be submitted again: a wrong amount was typed, or the chain was late.
  return [{ type: 'DepositSubmitted', v: 1, signature, amount: String(amount), submittedAt: at, expiresAt }];
}

function confirmDeposit(command: ConfirmDeposit, account: OpenEscrow): Decision {
  const { signature, amount, slot } = command;
  const deposit = depositOf(account, signature);
  if (deposit.amount !== amount)
    throw new Refusal('DEPOSIT_WRONG_AMOUNT', 'The transfer moved another amount than was submitted.', {
      signature,
      submitted: String(deposit.amount),
      transferred: String(amount),
    });
  switch (deposit.status) {
    case 'submitted':
      return [{ type: 'DepositConfirmed', v: 1, signature, amount: String(amount), slot: String(slot) }];
    case 'confirmed':
      return NOTHING;
    case 'rejected':
      throw new Refusal('DEPOSIT_REJECTED', 'This deposit was rejected. Submit it again.', { signature });
    default:
      return unreachable(deposit.status);
  }
}

function rejectDeposit(command: RejectDeposit, account: OpenEscrow): Decision {
  const { signature, code, message } = command;
  const deposit = depositOf(account, signature);
  switch (deposit.status) {
    case 'submitted':
      return [{ type: 'DepositRejected', v: 1, signature, code, message }];
    case 'rejected':
      return NOTHING;
    case 'confirmed':
      throw new Refusal('DEPOSIT_CONFIRMED', 'This deposit is confirmed and counts.', { signature });
    default:
      return unreachable(deposit.status);
  }
}

function placeHold(command: PlaceHold, account: OpenEscrow): Decision {
  const { holdId, amount, purpose, at, expiresAt } = command;
  const known = account.holds.get(holdId);
  if (known) {
    // Not "nothing to do" for a closed hold: whoever relies on it would spend money that is free again.
    if (known.status !== 'open') throw holdClosed(holdId, known);
    if (known.amount === amount) return NOTHING;
    throw new Refusal('HOLD_DIFFERS', 'This hold was placed with another amount.', {
      holdId,
      held: String(known.amount),
      asked: String(amount),
    });
  }
  assertNotFrozen(account);
  assertAmount(amount);
  if (expiresAt <= at)
    throw new Refusal('VALIDATION_FAILED', 'A hold must expire after it is placed.', { at, expiresAt });
  assertCovered(amount, account);
  return [{ type: 'HoldPlaced', v: 1, holdId, amount: String(amount), purpose, expiresAt }];
}

/** The money of a run that goes on: for a dearer plan, for longer, or again after the hold has expired. */
function extendHold(command: ExtendHold, account: OpenEscrow): Decision {
  const { holdId, at } = command;
  const hold = holdOf(account, holdId);
  if (hold.status === 'released') throw holdClosed(holdId, hold);
  assertAmount(command.amount);
  if (command.expiresAt <= at)
    throw new Refusal('VALIDATION_FAILED', 'A hold must expire after it is extended.', {
      at,
      expiresAt: command.expiresAt,
    });
  const amount = atLeast(command.amount, hold.amount);
  const expiresAt = atLeast(command.expiresAt, hold.expiresAt);
  if (hold.status === 'open' && amount === hold.amount && expiresAt === hold.expiresAt) return NOTHING;
  assertNotFrozen(account);
  const covered = hold.status === 'open' ? hold.amount : hold.captured + (hold.lent ?? ZERO);
  const added = toMicros(amount - covered);
  assertCovered(added, account);
  return [{ type: 'HoldExtended', v: 1, holdId, amount: String(amount), added: String(added), expiresAt }];
}

function splitHold(command: SplitHold, account: OpenEscrow): Decision {
  const { holdId, from, amount, purpose, at, expiresAt } = command;
  const known = account.holds.get(holdId);
  if (known) {
    if (known.status !== 'open') throw holdClosed(holdId, known);
    if (known.from === from && known.borrowed === amount) return NOTHING;
    throw new Refusal('HOLD_DIFFERS', 'This hold was placed with another amount.', {
      holdId,
      held: String(known.borrowed ?? known.amount),
      asked: String(amount),
    });
  }
  assertAmount(amount);
  if (expiresAt <= at)
    throw new Refusal('VALIDATION_FAILED', 'A hold must expire after it is placed.', { at, expiresAt });
  const hold = holdOf(account, from);
  if (hold.status !== 'open') throw holdClosed(from, hold);
  if (amount > remainderOf(hold)) throw holdExceeded(from, hold, amount);
  return [{ type: 'HoldSplit', v: 1, holdId, from, amount: String(amount), purpose, expiresAt }];
}

const holdExceeded = (holdId: string, hold: Hold, amount: Micros): Refusal =>
  new Refusal(
    'HOLD_EXCEEDED',
    `This payment of ${formatUsdc(amount)} is more than the hold has left, ${formatUsdc(remainderOf(hold))}.`,
    { holdId, remaining: String(remainderOf(hold)), amount: String(amount) },
  );

const atLeast = <T extends bigint | string>(wanted: T, before: T): T => (wanted < before ? before : wanted);

function assertCovered(required: Micros, account: OpenEscrow): void {
  const available = availableOf(account);
  if (required > available)
    throw new Refusal(
      'INSUFFICIENT_ESCROW',
      `This needs ${formatUsdc(required)} in escrow, and ${formatUsdc(available)} is available.`,
      { available: String(available), required: String(required) },
    );
}

function captureHold(command: CaptureHold, account: OpenEscrow): Decision {
  const { holdId, paymentId, amount } = command;
  const known = account.captures.get(paymentId);
  if (known) {
    if (known.holdId === holdId && known.amount === amount) return NOTHING;
    throw new Refusal('CAPTURE_DIFFERS', 'This payment was captured already, from another hold or amount.', {
      paymentId,
      holdId: known.holdId,
      captured: String(known.amount),
    });
  }
  const hold = holdOf(account, holdId);
  const late = hold.status !== 'open';
  assertAmount(amount);
  if (late && amount > availableOf(account)) throw holdClosed(holdId, hold);
  if (amount > remainderOf(hold)) throw holdExceeded(holdId, hold, amount);
  return [
    { type: 'HoldCaptured', v: 1, holdId, paymentId, amount: String(amount), ...(late && { late: true }) },
  ];
}

function releaseHold({ holdId }: ReleaseHold, account: OpenEscrow): Decision {
  const hold = holdOf(account, holdId);
  if (hold.status === 'released') return NOTHING;
  const captured = String(hold.captured);
  // an expired hold gave its remainder back already, but who settles the run still needs to hear what was spent
  if (hold.status === 'expired') return [{ type: 'HoldReleased', v: 1, holdId, captured, released: '0' }];
  const remainder = remainderOf(hold);
  if (hold.from === undefined || account.holds.get(hold.from)?.status !== 'open')
    return [{ type: 'HoldReleased', v: 1, holdId, captured, released: String(remainder) }];
  // what was added to it since it was split off is nothing the other hold has lent
  const amount = least(remainder, hold.borrowed ?? remainder);
  const returned = { holdId: hold.from, amount: String(amount) };
  const released = String(remainder - amount);
  return [{ type: 'HoldReleased', v: 1, holdId, captured, released, returned }];
}

function expireHold({ holdId, at }: ExpireHold, account: OpenEscrow): Decision {
  const hold = holdOf(account, holdId);
  if (hold.status !== 'open') return NOTHING;
  if (at < hold.expiresAt)
    throw new Refusal('HOLD_NOT_DUE', 'This hold has not expired yet.', {
      holdId,
      expiresAt: hold.expiresAt,
    });
  return [{ type: 'HoldExpired', v: 1, holdId, released: String(remainderOf(hold)) }];
}

/** Each payment once, and only one that this account has made. */
function creditRefund({ paymentId, signature, amount }: CreditRefund, account: OpenEscrow): Decision {
  const known = account.refunds.get(paymentId);
  if (known === signature) return NOTHING;
  if (known !== undefined)
    throw new Refusal('REFUND_CREDITED', 'This payment was given back already, by another transfer.', {
      paymentId,
      signature: known,
    });
  if (!account.captures.get(paymentId))
    throw new Refusal('CAPTURE_UNKNOWN', 'This account has made no such payment.', { paymentId });
  assertAmount(amount);
  return [{ type: 'RefundCredited', v: 1, paymentId, signature, amount: String(amount) }];
}

function depositOf(account: OpenEscrow, signature: string): Deposit {
  const deposit = account.deposits.get(signature);
  if (!deposit) throw new Refusal('DEPOSIT_UNKNOWN', 'No such deposit was submitted.', { signature });
  return deposit;
}

function holdOf(account: OpenEscrow, holdId: string): Hold {
  const hold = account.holds.get(holdId);
  if (!hold) throw new Refusal('HOLD_UNKNOWN', 'No such hold was placed.', { holdId });
  return hold;
}

const holdClosed = (holdId: string, hold: Hold): Refusal =>
  new Refusal('HOLD_CLOSED', `This hold was ${hold.status} and holds nothing any more.`, {
    holdId,
    status: hold.status,
    captured: String(hold.captured),
  });

/** Events hold amounts of up to 18 digits, a trillion USDC. */
function assertAmount(amount: Micros): void {
  if (amount <= 0n || amount >= 10n ** 18n)
    throw new Refusal('VALIDATION_FAILED', 'An amount must be more than zero and have at most 18 digits.', {
      amount: String(amount),
    });
}

export const escrowDecider: Decider<EscrowState, EscrowCommand, EscrowEvent> = {
  initial: unopened,
  decide,
  evolve: evolveEscrow,
};

export const escrow = { category: 'escrow', decider: escrowDecider } as const satisfies Aggregate<
  EscrowState,
  EscrowCommand,
  EscrowEvent
>;
