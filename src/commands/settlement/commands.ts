import type { Micros } from '../../kernel/money.js';
import type { SignedTransfer } from '../escrow/withdrawal-commands.js';

export type SettlementSource =
  | { readonly kind: 'hold'; readonly userId: string; readonly holdId: string }
  | { readonly kind: 'earnings'; readonly ownerId: string };

/** What is due to one recipient: with a split their share of it is paid, without one all of it. */
export interface Due {
  readonly recipient: string;
  readonly amount: Micros;
  readonly reference: string;
}

export interface ComputeSettlement {
  readonly type: 'ComputeSettlement';
  readonly settlementId: string;
  readonly source: SettlementSource;
  readonly dues: readonly Due[];
  /** e.g. `90/7/3` */
  readonly split?: string;
  readonly at: string;
}

/** The source has paid. */
export interface RecordFunding {
  readonly type: 'RecordFunding';
}

export interface RefuseSettlement {
  readonly type: 'RefuseSettlement';
  readonly code: string;
  readonly message: string;
}

/** Attempts are numbered over all payouts of a settlement, from 1. */
export interface PreparePayout {
  readonly type: 'PreparePayout';
  readonly attempt: number;
  readonly items: readonly number[];
  readonly transfer: SignedTransfer;
  /** recipients whose token accounts it opens */
  readonly opens: readonly string[];
}

export interface SubmitPayout {
  readonly type: 'SubmitPayout';
  readonly attempt: number;
}

export interface ConfirmPayout {
  readonly type: 'ConfirmPayout';
  readonly attempt: number;
  readonly slot: bigint;
}

/** See EndWithdrawalAttempt. */
export interface EndPayoutAttempt {
  readonly type: 'EndPayoutAttempt';
  readonly attempt: number;
  readonly because: 'expired' | 'failed';
  readonly height: bigint;
}

export interface FailPayout {
  readonly type: 'FailPayout';
  readonly item: number;
  readonly code: string;
  readonly message: string;
}

export interface RetryPayout {
  readonly type: 'RetryPayout';
  readonly item: number;
  /** another wallet of the same recipient; the same one when left out */
  readonly recipient?: string;
  readonly at: string;
}

export type SettlementCommand =
  | ComputeSettlement
  | RecordFunding
  | RefuseSettlement
  | PreparePayout
  | SubmitPayout
  | ConfirmPayout
  | EndPayoutAttempt
  | FailPayout
  | RetryPayout;
