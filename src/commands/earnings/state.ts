import type { EarningsEvent } from '../../events/earnings.js';
import { unreachable } from '../../kernel/errors.js';
import { type Micros, parseMicros, toMicros, ZERO } from '../../kernel/money.js';
import { PersistentMap } from '../../kernel/persistent-map.js';

export interface EarningsState {
  readonly accrued: Micros;
  readonly withdrawn: Micros;
  /** by the settlement they are of */
  readonly accruals: PersistentMap<Micros>;
  /** by the settlement that pays them */
  readonly withdrawals: PersistentMap<Micros>;
}

export const noEarnings: EarningsState = {
  accrued: ZERO,
  withdrawn: ZERO,
  accruals: PersistentMap.empty(),
  withdrawals: PersistentMap.empty(),
};

export const earnedBalance = ({ accrued, withdrawn }: EarningsState): Micros => toMicros(accrued - withdrawn);

export function evolveEarnings(state: EarningsState, event: EarningsEvent): EarningsState {
  const amount = parseMicros(event.amount);
  const { settlementId } = event;
  switch (event.type) {
    case 'EarningsAccrued':
      return {
        ...state,
        accrued: toMicros(state.accrued + amount),
        accruals: state.accruals.with(settlementId, amount),
      };
    case 'EarningsWithdrawalRequested':
      return {
        ...state,
        withdrawn: toMicros(state.withdrawn + amount),
        withdrawals: state.withdrawals.with(settlementId, amount),
      };
    default:
      return unreachable(event);
  }
}
