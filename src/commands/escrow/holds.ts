/** What is reserved: placed, extended, split, and given back in part, by release or by expiry. */
import type { EscrowEvent } from '../../events/escrow.js';
import { Refusal } from '../../kernel/errors.js';
import { least, type Micros, toMicros, ZERO } from '../../kernel/money.js';
import { assertAmount, assertCovered } from './amounts.js';
import type {
  ExpireHold,
  ExtendHold,
  PlaceHold,
  ReduceHold,
  ReleaseHold,
  RenewHold,
  SplitHold,
} from './commands.js';
import { assertNotFrozen } from './freezing.js';
import { holdClosed, holdExceeded, holdOf } from './hold-of.js';
import { type Hold, type OpenEscrow, remainderOf } from './state.js';

type Decision = readonly EscrowEvent[];
const NOTHING: Decision = [];

export function placeHold(command: PlaceHold, account: OpenEscrow): Decision {
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
export function extendHold(command: ExtendHold, account: OpenEscrow): Decision {
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

/** What undoes a run may have to be paid long after its hold was to last. A frozen account is no reason to leave it. */
export function renewHold({ holdId, amount, at, expiresAt }: RenewHold, account: OpenEscrow): Decision {
  const hold = holdOf(account, holdId);
  if (hold.status === 'released') throw holdClosed(holdId, hold);
  assertAmount(amount);
  if (expiresAt <= at)
    throw new Refusal('VALIDATION_FAILED', 'A hold must expire after it is renewed.', { at, expiresAt });
  const until = atLeast(expiresAt, hold.expiresAt);
  if (hold.status === 'expired') {
    assertCovered(amount, account);
    const covers = hold.captured + (hold.lent ?? ZERO) + amount;
    const of = { amount: String(covers), added: String(amount), expiresAt: until };
    return [{ type: 'HoldExtended', v: 1, holdId, ...of }];
  }
  if (until === hold.expiresAt) return NOTHING;
  const of = { amount: String(hold.amount), added: '0', expiresAt: until };
  return [{ type: 'HoldExtended', v: 1, holdId, ...of }];
}

export function splitHold(command: SplitHold, account: OpenEscrow): Decision {
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

/** Nothing once the hold is over: what it did not capture is given back already. */
export function reduceHold({ holdId, keep }: ReduceHold, account: OpenEscrow): Decision {
  const hold = holdOf(account, holdId);
  const rest = remainderOf(hold) - keep;
  if (hold.status !== 'open' || rest <= 0n) return NOTHING;
  const amount = String(hold.amount - rest);
  return [{ type: 'HoldReduced', v: 1, holdId, amount, ...givenBack(toMicros(rest), hold, account) }];
}

export function releaseHold({ holdId }: ReleaseHold, account: OpenEscrow): Decision {
  const hold = holdOf(account, holdId);
  if (hold.status === 'released') return NOTHING;
  const captured = String(hold.captured);
  // an expired hold gave its remainder back already, but who settles the run still needs to hear what was spent
  if (hold.status === 'expired') return [{ type: 'HoldReleased', v: 1, holdId, captured, released: '0' }];
  return [{ type: 'HoldReleased', v: 1, holdId, captured, ...givenBack(remainderOf(hold), hold, account) }];
}

/** To the hold it was split from goes no more than that one gave: what was added since is available again. */
function givenBack(rest: Micros, { from, borrowed = rest }: Hold, account: OpenEscrow) {
  if (from === undefined || account.holds.get(from)?.status !== 'open') return { released: String(rest) };
  const amount = least(rest, borrowed);
  return { released: String(rest - amount), returned: { holdId: from, amount: String(amount) } };
}

export function expireHold({ holdId, at }: ExpireHold, account: OpenEscrow): Decision {
  const hold = holdOf(account, holdId);
  if (hold.status !== 'open') return NOTHING;
  if (at < hold.expiresAt)
    throw new Refusal('HOLD_NOT_DUE', 'This hold has not expired yet.', {
      holdId,
      expiresAt: hold.expiresAt,
    });
  return [{ type: 'HoldExpired', v: 1, holdId, released: String(remainderOf(hold)) }];
}

const atLeast = <T extends bigint | string>(wanted: T, before: T): T => (wanted < before ? before : wanted);
