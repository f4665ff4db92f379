/**
 * What is owed to recipients, and how each is paid exactly once.
 *
 * - The shares of a settlement add up to its total, to the unit.
 * - Nothing is signed before the source has paid.
 * - A payout is in one signed transaction at a time, and in none after it was paid. As long as bytes may land, what
 *   they pay is neither signed for again nor given up.
 * - One recipient who cannot be paid keeps nobody else waiting, and stays owed.
 */
import type { SettlementEvent } from '../../events/settlement.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { sumMicros } from '../../kernel/money.js';
import { parseSplit, sharesOf } from '../../kernel/split.js';
import type {
  ComputeSettlement,
  ConfirmPayout,
  Due,
  EndPayoutAttempt,
  FailPayout,
  PreparePayout,
  RetryPayout,
  SettlementCommand,
} from './commands.js';
import {
  evolveSettlement,
  noSettlement,
  type Payout,
  type PayoutAttempt,
  type Settlement,
  type SettlementState,
} from './state.js';

type Decision = readonly SettlementEvent[];
const NOTHING: Decision = [];

function decide(command: SettlementCommand, state: SettlementState): Decision {
  if (command.type === 'ComputeSettlement') return compute(command, state);
  if (state.status === 'none') throw new Refusal('NOT_FOUND', 'There is no such settlement.');
  const { settlementId } = state;
  switch (command.type) {
    case 'RecordFunding':
      return recordFunding(state);
    case 'RefuseSettlement': {
      const { code, message } = command;
      if (state.status === 'funded') throw wrongState(state);
      return state.status === 'refused'
        ? NOTHING
        : [{ type: 'SettlementRefused', v: 1, settlementId, code, message }];
    }
    case 'PreparePayout':
      return prepare(command, state);
    case 'SubmitPayout': {
      const { attempt } = command;
      if (attempt > state.attempts) throw wrongAttempt(attempt, state);
      const sent = state.underWay.find((one) => one.attempt === attempt);
      return !sent || sent.submitted ? NOTHING : [{ type: 'PayoutSubmitted', v: 1, settlementId, attempt }];
    }
    case 'ConfirmPayout':
      return confirm(command, state);
    case 'EndPayoutAttempt':
      return endAttempt(command, state);
    case 'FailPayout':
      return fail(command, state);
    case 'RetryPayout':
      return retry(command, state);
    default:
      return unreachable(command);
  }
}

function recordFunding(state: Settlement): Decision {
  if (state.status === 'refused') throw wrongState(state);
  if (state.status === 'funded') return NOTHING;
  const { settlementId, total, platformFee, reserve } = state;
  const shares = { total: String(total), platformFee: String(platformFee), reserve: String(reserve) };
  return [{ type: 'SettlementFunded', v: 1, settlementId, ...shares }];
}

function compute(
  { settlementId, source, dues, split, at }: ComputeSettlement,
  state: SettlementState,
): Decision {
  if (state.status !== 'none') {
    if (sameDues(state, dues, split)) return NOTHING;
    throw new Refusal('SETTLEMENT_DIFFERS', 'This settlement was computed with other figures.', {
      settlementId,
    });
  }
  requirePayable(dues);
  const shares = dues.map(({ amount }) =>
    split === undefined ? undefined : sharesOf(amount, parseSplit(split)),
  );
  const payouts = dues.map(({ recipient, reference, amount }, index) => ({
    recipient,
    reference,
    amount: String(shares[index]?.provider ?? amount),
  }));
  return [
    {
      type: 'SettlementComputed',
      v: 1,
      settlementId,
      source,
      total: String(sumMicros(dues.map(({ amount }) => amount))),
      providerPayout: String(sumMicros(payouts.map(({ amount }) => BigInt(amount)))),
      platformFee: String(sumMicros(shares.map((share) => share?.platform ?? 0n))),
      reserve: String(sumMicros(shares.map((share) => share?.reserve ?? 0n))),
      ...(split !== undefined && { split }),
      payouts,
      computedAt: at,
    },
  ];
}

/** A share of nothing cannot be transferred: the least amount is such that its recipient gets a unit. */
export function requirePayable(dues: readonly Due[]): void {
  if (dues.length === 0 || dues.length > LIMITS.payoutsPerSettlement)
    throw new Refusal(
      'VALIDATION_FAILED',
      `Between 1 and ${LIMITS.payoutsPerSettlement} can be paid at once.`,
      {
        asked: dues.length,
        limit: LIMITS.payoutsPerSettlement,
      },
    );
  const wrong = dues.find(({ amount }) => amount < LIMITS.leastPayout || amount >= 10n ** 15n);
  if (wrong)
    throw new Refusal('VALIDATION_FAILED', 'An amount is too small or too large to be paid.', {
      recipient: wrong.recipient,
      amount: String(wrong.amount),
      least: String(LIMITS.leastPayout),
    });
}

const sameDues = (state: Settlement, dues: readonly Due[], split: string | undefined): boolean =>
  state.split === split &&
  state.total === sumMicros(dues.map(({ amount }) => amount)) &&
  state.payouts.length === dues.length &&
  dues.every(({ reference }, index) => state.payouts[index]!.reference === reference);

function prepare({ attempt, items, transfer, opens }: PreparePayout, state: Settlement): Decision {
  const { settlementId } = state;
  const same = state.underWay.find((one) => one.attempt === attempt);
  if (same?.transfer.signature === transfer.signature) return NOTHING;
  if (state.status !== 'funded') throw wrongState(state);
  if (attempt !== state.attempts + 1) throw wrongAttempt(attempt, state);
  const paid = items.map((item) => payoutOf(state, item));
  const busy = paid.findIndex((payout) => payout.state.status !== 'owed');
  if (busy >= 0 || items.length === 0 || new Set(items).size < items.length)
    throw new Refusal('PAYOUT_UNDER_WAY', 'Each payout is in one signed transaction at most.', {
      settlementId,
      item: items[busy] ?? null,
      status: paid[busy]?.state.status ?? null,
    });
  const { transaction, signature, blockhash, lastValidBlockHeight, slot } = transfer;
  return [
    {
      type: 'PayoutPrepared',
      v: 1,
      settlementId,
      attempt,
      items,
      amount: amountOf(state, items),
      transaction,
      signature,
      blockhash,
      lastValidBlockHeight: String(lastValidBlockHeight),
      slot: String(slot),
      ...(opens.length > 0 && { opens }),
    },
  ];
}

function confirm({ attempt, slot }: ConfirmPayout, state: Settlement): Decision {
  const { settlementId } = state;
  if (state.payouts.some((one) => one.state.status === 'paid' && one.state.attempt === attempt))
    return NOTHING;
  const { items, transfer } = underWay(state, attempt);
  const { signature } = transfer;
  const amount = amountOf(state, items);
  return [
    { type: 'PayoutConfirmed', v: 1, settlementId, attempt, signature, slot: String(slot), items, amount },
  ];
}

function endAttempt({ attempt, because, height }: EndPayoutAttempt, state: Settlement): Decision {
  const { settlementId } = state;
  const isOver = attempt <= state.attempts && !state.underWay.some((one) => one.attempt === attempt);
  const wasPaid = state.payouts.some((one) => one.state.status === 'paid' && one.state.attempt === attempt);
  if (isOver && !wasPaid) return NOTHING;
  const { items, transfer } = underWay(state, attempt);
  if (because === 'expired' && height <= transfer.lastValidBlockHeight)
    throw new Refusal('PAYOUT_UNDER_WAY', 'These bytes may land still.', {
      settlementId,
      attempt,
      lastValidBlockHeight: String(transfer.lastValidBlockHeight),
      height: String(height),
    });
  const { signature } = transfer;
  return [
    {
      type: 'PayoutAttemptEnded',
      v: 1,
      settlementId,
      attempt,
      items,
      signature,
      because,
      height: String(height),
    },
  ];
}

function fail({ item, code, message }: FailPayout, state: Settlement): Decision {
  const { settlementId } = state;
  const { state: now, recipient, amount } = payoutOf(state, item);
  if (now.status === 'failed') return NOTHING;
  if (now.status !== 'owed' || state.status !== 'funded') throw payoutIs(state, item, now.status);
  return [
    { type: 'PayoutFailed', v: 1, settlementId, item, recipient, amount: String(amount), code, message },
  ];
}

function retry({ item, recipient, at }: RetryPayout, state: Settlement): Decision {
  const { settlementId } = state;
  const payout = payoutOf(state, item);
  const to = recipient ?? payout.recipient;
  if (payout.state.status === 'owed' && payout.recipient === to) return NOTHING;
  if (payout.state.status !== 'failed') throw payoutIs(state, item, payout.state.status);
  return [{ type: 'PayoutRetried', v: 1, settlementId, item, recipient: to, retriedAt: at }];
}

const amountOf = (state: Settlement, items: readonly number[]): string =>
  String(sumMicros(items.map((item) => payoutOf(state, item).amount)));

function payoutOf({ settlementId, payouts }: Settlement, item: number): Payout {
  const payout = payouts[item];
  if (!payout) throw new Refusal('NOT_FOUND', 'There is no such payout.', { settlementId, item });
  return payout;
}

function underWay(state: Settlement, attempt: number): PayoutAttempt {
  const found = state.underWay.find((one) => one.attempt === attempt);
  if (!found) throw wrongAttempt(attempt, state);
  return found;
}

const wrongState = ({ settlementId, status }: Settlement): Refusal =>
  new Refusal('WRONG_STATE', `This settlement is ${status}.`, { settlementId, status });

const payoutIs = ({ settlementId }: Settlement, item: number, status: string): Refusal =>
  new Refusal('WRONG_STATE', `This payout is ${status}.`, { settlementId, item, status });

const wrongAttempt = (attempt: number, { settlementId, attempts }: Settlement): Refusal =>
  new Refusal('WRONG_ATTEMPT', `No transaction ${attempt} of this settlement is under way.`, {
    settlementId,
    attempt,
    attempts,
  });

export const settlementDecider: Decider<SettlementState, SettlementCommand, SettlementEvent> = {
  initial: noSettlement,
  decide,
  evolve: evolveSettlement,
};

export const settlement = {
  category: 'settlement',
  decider: settlementDecider,
} as const satisfies Aggregate<SettlementState, SettlementCommand, SettlementEvent>;
