import type { Micros } from '../../kernel/money.js';
import type { Due } from '../settlement/commands.js';

/** A share of a settlement, once for each. */
export interface AccrueEarnings {
  readonly type: 'AccrueEarnings';
  readonly ownerId: string;
  readonly settlementId: string;
  readonly amount: Micros;
}

/** Taken out at once; `settlementId` is the settlement that will pay it. */
export interface RequestEarningsWithdrawal {
  readonly type: 'RequestEarningsWithdrawal';
  readonly ownerId: string;
  readonly settlementId: string;
  readonly dues: readonly Due[];
  readonly at: string;
}

export type EarningsCommand = AccrueEarnings | RequestEarningsWithdrawal;
