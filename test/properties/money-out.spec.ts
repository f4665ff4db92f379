import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EarningsCommand } from '../../src/commands/earnings/commands.js';
import { earnings } from '../../src/commands/earnings/decide.js';
import { earnedBalance } from '../../src/commands/earnings/state.js';
import type { EscrowCommand } from '../../src/commands/escrow/commands.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import type { SettlementCommand } from '../../src/commands/settlement/commands.js';
import { settlement } from '../../src/commands/settlement/decide.js';
import { earningsEvents } from '../../src/events/earnings.js';
import type { EscrowEvent } from '../../src/events/escrow.js';
import { type SettlementEvent, settlementEvents } from '../../src/events/settlement.js';
import { withdrawalEvents } from '../../src/events/withdrawal.js';
import { toMicros } from '../../src/kernel/money.js';
import { formatSplit, parseSplit, sharesOf } from '../../src/kernel/split.js';
import { carryOut } from '../kit/carry-out.js';
import { signedBytes } from '../kit/transfers.js';

/** Few values, so that random commands meet. */
const among = <const T>(...values: T[]) => fc.constantFrom(...values);
const micros = (...values: number[]) => among(...values).map((value) => toMicros(BigInt(value)));
const at = among('2026-01-01T00:00:00.000Z');
const attempt = among(1, 2, 3);
const transfer = among(signedBytes('S6'), signedBytes('S7'));
const why = { code: among('RECIPIENT_FROZEN'), message: among('It cannot be paid.') };
const end = { because: among('expired', 'failed'), height: among(150n, 151n) };
const SEED = { seed: 20260102 };

const opened: EscrowCommand = {
  type: 'OpenEscrowAccount',
  userId: 'user_1',
  wallet: 'W1',
  network: 'n',
  asset: 'USDC',
  at: '2026-01-01T00:00:00.000Z',
};
const signature = 'S1';
const funded: readonly EscrowCommand[] = [
  opened,
  { type: 'SubmitDeposit', signature, amount: toMicros(8n), at: opened.at, expiresAt: opened.at },
  { type: 'ConfirmDeposit', signature, amount: toMicros(8n), slot: 1n },
];

const withdrawalId = among('wdr_1', 'wdr_2', 'wdr_3');
const accountCommand: fc.Arbitrary<EscrowCommand> = fc.oneof(
  fc.record({
    type: among('RequestWithdrawal'),
    withdrawalId,
    amount: micros(0, 2, 2, 5),
    destination: among('W1', 'W1', 'W2'),
    at,
  }),
  fc.record({
    type: among('PrepareWithdrawal'),
    withdrawalId,
    attempt,
    transfer,
    opensAccount: fc.boolean(),
  }),
  fc.record({ type: among('EndWithdrawalAttempt'), withdrawalId, attempt, ...end }),
  fc.record({ type: among('ConfirmWithdrawal'), withdrawalId, attempt, slot: among(7n) }),
  fc.record({ type: among('FailWithdrawal'), withdrawalId, ...why }),
  fc.record({
    type: among('PlaceHold'),
    holdId: among('hold_1', 'hold_2'),
    amount: micros(3),
    purpose: among('wf_1'),
    at,
    expiresAt: among('2026-01-02T00:00:00.000Z'),
  }),
  fc.record({
    type: among('CaptureHold'),
    holdId: among('hold_1', 'hold_2'),
    paymentId: among('pay_1', 'pay_2'),
    amount: micros(1, 2),
  }),
  fc.record({ type: among('ReleaseHold'), holdId: among('hold_1', 'hold_2') }),
);

describe('withdrawals, holds and captures in any order', () => {
  it('leave an account that balances, is never overdrawn, and sends no two transfers for one withdrawal', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(fc.array(accountCommand, { maxLength: 50, size: 'max' }), (commands) => {
        carryOut(escrow.decider, [...funded, ...commands], (state, history) => {
          for (const { type } of history) reached.add(type);
          expect(signedWhileOthersMayLand(history)).toEqual([]);
          if (state.status !== 'open') return;
          const { paid, pending } = state.withdrawals;
          const available = availableOf(state);
          expect(available).toBeGreaterThanOrEqual(0n);
          expect(available + state.held + state.captured + paid + pending).toBe(state.deposited);
          expect(paid).toBe(sumOf(history, 'WithdrawalConfirmed'));
        });
      }),
      { numRuns: 600, ...SEED },
    );
    expect(withdrawalEvents.filter(({ type }) => !reached.has(type))).toEqual([]);
  });
});

const sumOf = (history: readonly EscrowEvent[], type: 'WithdrawalConfirmed'): bigint =>
  history.reduce((sum, event) => sum + (event.type === type ? BigInt(event.amount) : 0n), 0n);

/** Bytes signed, or a withdrawal given up or paid, while other bytes for it could land, or after its end. */
function signedWhileOthersMayLand(history: readonly EscrowEvent[]): readonly EscrowEvent[] {
  const mayLand = new Set<string>();
  const over = new Set<string>();
  return history.filter((event) => {
    if (!('withdrawalId' in event) || event.type === 'WithdrawalRequested') return false;
    const { type, withdrawalId: id } = event;
    const needsBytes = type === 'WithdrawalConfirmed' || type === 'WithdrawalAttemptEnded';
    const wrong = over.has(id) || mayLand.has(id) !== needsBytes;
    if (type === 'WithdrawalPrepared') mayLand.add(id);
    else mayLand.delete(id);
    if (type === 'WithdrawalConfirmed' || type === 'WithdrawalFailed') over.add(id);
    return wrong;
  });
}

const split = fc
  .tuple(fc.integer({ min: 1, max: 100 }), fc.nat({ max: 99 }))
  .map(([provider, platform]) => [provider, Math.min(platform, 100 - provider)] as const)
  .map(([provider, platform]) => `${provider}/${platform}/${100 - provider - platform}`);

describe('a split', () => {
  it('conserves every unit, and gives provider and platform no more than their percentages', () =>
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n), fc.oneof(among('90/7/3'), split), (total, text) => {
        const percent = parseSplit(text);
        const { provider, platform, reserve } = sharesOf(toMicros(total), percent);
        const isFloor = (share: bigint, of: bigint) =>
          share * 100n <= total * of && share * 100n > total * of - 100n;
        return (
          provider + platform + reserve === total &&
          isFloor(provider, percent.provider) &&
          isFloor(platform, percent.platform) &&
          formatSplit(percent) === text
        );
      }),
      { numRuns: 10_000, ...SEED },
    ));

  it.each(['90/7/4', '90/10', '0/97/3', '90/-7/17', '89.5/7/3.5', '', '90/7/3/0'])('is not %p', (text) =>
    expect(() => parseSplit(text)).toThrow(RangeError),
  );
});

const due = (reference: string) =>
  fc.record({
    recipient: among('R1', 'R2'),
    amount: micros(100, 101, 12_345, 99),
    reference: fc.constant(reference),
  });

const settlementCommand: fc.Arbitrary<SettlementCommand> = fc.oneof(
  fc.record({ type: among('RecordFunding') }),
  fc.record({ type: among('RefuseSettlement'), ...why }),
  fc.record({
    type: among('PreparePayout'),
    attempt,
    items: among([0], [1], [0, 1], [2], [1, 2], [3]),
    transfer,
    opens: among([], ['R1']),
  }),
  fc.record({ type: among('SubmitPayout'), attempt }),
  fc.record({ type: among('ConfirmPayout'), attempt, slot: among(7n) }),
  fc.record({ type: among('EndPayoutAttempt'), attempt, ...end }),
  fc.record({ type: among('FailPayout'), item: among(0, 1, 2), ...why }),
  fc.record({ type: among('RetryPayout'), item: among(0, 1, 2), recipient: among('R1', 'R3'), at }),
);
const compute = fc.record({
  type: among('ComputeSettlement'),
  settlementId: among('stl_1'),
  source: among({ kind: 'hold', userId: 'user_1', holdId: 'hold_1' } as const),
  dues: fc.tuple(due('a'), due('b'), due('c')),
  split: among('90/7/3', '33/33/34'),
  at,
});

describe('a settlement, whatever is asked of it in whatever order', () => {
  it('pays each recipient at most once, and its shares make its total', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(compute, fc.array(settlementCommand, { maxLength: 40, size: 'max' }), (first, commands) => {
        carryOut(settlement.decider, [first, ...commands], (state, history) => {
          for (const { type } of history) reached.add(type);
          expect(paidOrSignedTwice(history)).toEqual([]);
          const computed = history[0] as Extract<SettlementEvent, { type: 'SettlementComputed' }>;
          const { total, providerPayout, platformFee, reserve, payouts } = computed;
          const paid = payouts.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
          expect(paid).toBe(BigInt(providerPayout));
          expect(paid + BigInt(platformFee) + BigInt(reserve)).toBe(BigInt(total));
          expect(state.status).not.toBe('none');
        });
      }),
      { numRuns: 600, ...SEED },
    );
    expect(settlementEvents.filter(({ type }) => !reached.has(type))).toEqual([]);
  });
});

/** Payouts that were signed for while bytes that pay them could land, or after they were paid; or paid unsigned. */
function paidOrSignedTwice(history: readonly SettlementEvent[]): readonly SettlementEvent[] {
  const mayLand = new Set<number>();
  const paid = new Set<number>();
  return history.filter((event) => {
    switch (event.type) {
      case 'PayoutPrepared': {
        const wrong = event.items.some((item) => mayLand.has(item) || paid.has(item));
        for (const item of event.items) mayLand.add(item);
        return wrong;
      }
      case 'PayoutConfirmed': {
        const wrong = event.items.some((item) => !mayLand.has(item) || paid.has(item));
        for (const item of event.items) paid.add(item);
        return wrong;
      }
      case 'PayoutAttemptEnded':
        for (const item of event.items) mayLand.delete(item);
        return false;
      case 'PayoutFailed':
        return mayLand.has(event.item) || paid.has(event.item);
      default:
        return false;
    }
  });
}

const settlementId = among('stl_1', 'stl_2', 'stl_3');
const earningsCommand: fc.Arbitrary<EarningsCommand> = fc.oneof(
  fc.record({
    type: among('AccrueEarnings'),
    ownerId: among('platform'),
    settlementId,
    amount: micros(0, 70, 210),
  }),
  fc.record({
    type: among('RequestEarningsWithdrawal'),
    ownerId: among('platform'),
    settlementId,
    dues: fc.array(due('a'), { minLength: 1, maxLength: 2 }),
    at,
  }),
);

describe('earnings', () => {
  it('are never paid out beyond what was accrued, whatever is asked', () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(fc.array(earningsCommand, { maxLength: 30, size: 'max' }), (commands) => {
        carryOut(earnings.decider, commands, (state, history) => {
          for (const { type } of history) reached.add(type);
          const sum = history.reduce(
            (so, { type, amount }) => so + (type === 'EarningsAccrued' ? BigInt(amount) : -BigInt(amount)),
            0n,
          );
          expect(sum).toBeGreaterThanOrEqual(0n);
          expect(earnedBalance(state)).toBe(sum);
        });
      }),
      { numRuns: 300, ...SEED },
    );
    expect(earningsEvents.filter(({ type }) => !reached.has(type))).toEqual([]);
  });
});
