import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Happened, MoneyPlay, PLAY_USERS } from '../../../test/kit/money-play.js';
import { earnedBalance } from '../../commands/earnings/state.js';
import { availableOf, remainderOf } from '../../commands/escrow/state.js';
import { type Account, accountName, available, earnings, held } from './accounts.js';
import { assertBalanced } from './entry.js';
import { type Memory, NO_MEMORY } from './memory.js';
import { type LedgerEvent, post } from './posting.js';

/** Balances in memory, a debit above zero; fails at the first entry that is not double. */
class TestBooks {
  readonly balances = new Map<string, bigint>();
  private readonly memories = new Map<string, Memory>();

  post({ stream, event }: Happened): void {
    const { memory, entry } = post(stream, this.memories.get(stream) ?? NO_MEMORY, event);
    this.memories.set(stream, memory);
    if (!entry) return;
    assertBalanced(entry);
    for (const { account, amount } of entry.lines) {
      const name = accountName(account);
      this.balances.set(name, (this.balances.get(name) ?? 0n) + amount);
    }
  }

  /** what we owe */
  owed = (account: Account): bigint => -(this.balances.get(accountName(account)) ?? 0n);

  total(kind: Account['kind']): bigint {
    let sum = 0n;
    for (const [name, balance] of this.balances)
      if (name === kind || name.startsWith(`${kind}/`)) sum += balance;
    return sum;
  }

  sum(): bigint {
    let sum = 0n;
    for (const balance of this.balances.values()) sum += balance;
    return sum;
  }
}

const choices = (most: number) => fc.array(fc.nat({ max: 0xffff }), { minLength: 10, maxLength: most });
/** Every event that moves money, but for what the decider of earnings alone decides. */
const MOVES: readonly LedgerEvent['type'][] = [
  ...([
    'DepositConfirmed',
    'HoldPlaced',
    'HoldExtended',
    'HoldSplit',
    'HoldCaptured',
    'HoldReduced',
    'HoldReleased',
    'HoldExpired',
  ] as const),
  ...(['PaymentPrepared', 'PaymentConfirmed', 'PaymentFailed', 'RefundConfirmed', 'RefundCredited'] as const),
  ...([
    'WithdrawalRequested',
    'WithdrawalPrepared',
    'WithdrawalAttemptEnded',
    'WithdrawalConfirmed',
    'WithdrawalFailed',
    'EarningsAccrued',
  ] as const),
  ...(['PayoutPrepared', 'PayoutConfirmed', 'PayoutAttemptEnded'] as const),
];
/** What this spec promises together: at least ten thousand runs. */
const RUNS = { orders: 8_500, interleavings: 1_500 };

describe('the books', () => {
  it('balance, never show a claim below zero and say what the accounts say, in whatever order money moves', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(choices(36), (numbers) => {
        const books = new TestBooks();
        const play: MoneyPlay = new MoneyPlay((happened) => {
          reached.add(happened.event.type);
          books.post(happened);
        });
        for (const number of numbers) {
          play.step(number);
          expectClaims(books, play, PLAY_USERS[number & 1]!);
        }
        expect(books.sum()).toBe(0n);
        expectCustody(books, play);
      }),
      { numRuns: RUNS.orders, seed: 20261121 },
    );
    // a property over movements that never happened would hold of any rules
    expect(MOVES.filter((type) => !reached.has(type))).toEqual([]);
  });

  it('end the same however the events of different streams came between each other', () => {
    fc.assert(
      fc.property(
        choices(40),
        fc.array(fc.nat({ max: 99 }), { minLength: 200, maxLength: 200 }),
        (numbers, picks) => {
          const play = new MoneyPlay();
          for (const number of numbers) play.step(number);
          const [asHappened, shuffled] = [new TestBooks(), new TestBooks()];
          for (const happened of play.happened) asHappened.post(happened);
          for (const happened of interleaved(play.happened, picks)) shuffled.post(happened);
          expect(shuffled.sum()).toBe(0n);
          expect(sorted(shuffled.balances)).toEqual(sorted(asHappened.balances));
        },
      ),
      { numRuns: RUNS.interleavings, seed: 20261122 },
    );
  });
});

function expectClaims(books: TestBooks, play: MoneyPlay, userId: string): void {
  const state = play.escrows.get(userId);
  if (state?.status !== 'open') throw new Error('the play opens every account');
  const owed = books.owed(available(userId));
  if (owed < 0n || owed !== availableOf(state)) expect(owed).toBe(availableOf(state));
  for (const [holdId, hold] of state.holds) {
    const expected = hold.status === 'open' ? remainderOf(hold) : 0n;
    const reserved = books.owed(held(userId, holdId));
    if (reserved !== expected) expect({ holdId, reserved }).toEqual({ holdId, reserved: expected });
  }
}

/** The custodial account has moved by what the chain showed, and `transit` names what it has not shown yet. */
function expectCustody(books: TestBooks, { happened, payments, escrows, earned }: MoneyPlay): void {
  let moved = 0n;
  const sent = new Map<string, bigint>();
  for (const { stream, event } of happened) {
    if (event.type === 'DepositConfirmed' || event.type === 'RefundConfirmed') moved += BigInt(event.amount);
    if (LEAVES.has(event.type)) moved -= BigInt('amount' in event ? event.amount : '0');
    if (event.type === 'PayoutPrepared') sent.set(`${stream}#${event.attempt}`, BigInt(event.amount));
    if (event.type === 'PayoutConfirmed' || event.type === 'PayoutAttemptEnded')
      sent.delete(`${stream}#${event.attempt}`);
  }
  let underWay = 0n;
  for (const amount of sent.values()) underWay += amount;
  for (const state of payments.values())
    if (state.status === 'prepared' || state.status === 'submitted') underWay += state.quote.amount;
  for (const state of escrows.values())
    if (state.status === 'open')
      for (const [, { status, amount }] of state.withdrawals.byId)
        if (status === 'prepared') underWay += amount;
  expect({ chain: books.total('chain'), transit: books.total('transit') }).toEqual({
    chain: moved,
    transit: -underWay,
  });
  for (const [owner, state] of earned) expect(books.owed(earnings(owner))).toBe(earnedBalance(state));
}

const LEAVES: ReadonlySet<string> = new Set(['PaymentConfirmed', 'WithdrawalConfirmed', 'PayoutConfirmed']);

/** Another order of the same events that every stream alone agrees with. */
function interleaved(happened: readonly Happened[], picks: readonly number[]): Happened[] {
  const streams = new Map<string, Happened[]>();
  for (const each of happened) {
    streams.set(each.stream, [...(streams.get(each.stream) ?? []), each]);
  }
  const queues = [...streams.values()];
  const order: Happened[] = [];
  for (let next = 0; order.length < happened.length; next++) {
    const waiting = queues.filter(({ length }) => length > 0);
    order.push(waiting[(picks[next % picks.length] ?? 0) % waiting.length]!.shift()!);
  }
  return order;
}

const sorted = (balances: ReadonlyMap<string, bigint>): [string, string][] =>
  [...balances]
    .filter(([, balance]) => balance !== 0n)
    .map(([name, balance]): [string, string] => [name, String(balance)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
