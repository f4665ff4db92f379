/**
 * What somebody has earned and not been paid: the platform's fees, the reserve.
 *
 * - Each settlement accrues once, and is paid for once.
 * - balance = accrued − withdrawn. It is never negative.
 */
import type { EarningsEvent } from '../../events/earnings.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { formatUsdc, sumMicros } from '../../kernel/money.js';
import { requirePayable } from '../settlement/decide.js';
import type { AccrueEarnings, EarningsCommand, RequestEarningsWithdrawal } from './commands.js';
import { type EarningsState, earnedBalance, evolveEarnings, noEarnings } from './state.js';

type Decision = readonly EarningsEvent[];

function decide(command: EarningsCommand, state: EarningsState): Decision {
  switch (command.type) {
    case 'AccrueEarnings':
      return accrue(command, state);
    case 'RequestEarningsWithdrawal':
      return request(command, state);
    default:
      return unreachable(command);
  }
}

function accrue({ ownerId, settlementId, amount }: AccrueEarnings, state: EarningsState): Decision {
  const known = state.accruals.get(settlementId);
  if (known === amount) return [];
  if (known !== undefined)
    throw new Refusal('ACCRUAL_DIFFERS', 'This settlement accrued another amount.', {
      settlementId,
      accrued: String(known),
      amount: String(amount),
    });
  if (amount === 0n) return [];
  return [{ type: 'EarningsAccrued', v: 1, ownerId, settlementId, amount: String(amount) }];
}

function request(
  { ownerId, settlementId, dues, at }: RequestEarningsWithdrawal,
  state: EarningsState,
): Decision {
  requirePayable(dues);
  const amount = sumMicros(dues.map((due) => due.amount));
  const known = state.withdrawals.get(settlementId);
  if (known === amount) return [];
  if (known !== undefined)
    throw new Refusal('SETTLEMENT_DIFFERS', 'This settlement was requested with other figures.', {
      settlementId,
      requested: String(known),
      amount: String(amount),
    });
  const balance = earnedBalance(state);
  if (amount > balance)
    throw new Refusal(
      'INSUFFICIENT_EARNINGS',
      `This needs ${formatUsdc(amount)}, and ${ownerId} has earned ${formatUsdc(balance)}.`,
      { available: String(balance), required: String(amount) },
    );
  const payouts = dues.map((due) => ({ ...due, amount: String(due.amount) }));
  return [
    {
      type: 'EarningsWithdrawalRequested',
      v: 1,
      ownerId,
      settlementId,
      amount: String(amount),
      payouts,
      requestedAt: at,
    },
  ];
}

export const earningsDecider: Decider<EarningsState, EarningsCommand, EarningsEvent> = {
  initial: noEarnings,
  decide,
  evolve: evolveEarnings,
};

export const earnings = { category: 'earnings', decider: earningsDecider } as const satisfies Aggregate<
  EarningsState,
  EarningsCommand,
  EarningsEvent
>;
