import type { Micros } from '../../kernel/money.js';

/** `wallet` has signed `message`, which says all of this; both were checked. */
export interface GrantMandate {
  readonly type: 'GrantMandate';
  readonly at: string;
  readonly mandateId: string;
  readonly userId: string;
  readonly wallet: string;
  readonly network: string;
  readonly asset: string;
  readonly maxTotal: Micros;
  readonly maxPerTransaction: Micros;
  readonly allowedRecipients?: readonly string[];
  readonly expiresAt: string;
  readonly message: string;
  readonly signature: string;
}

/** A plan that may cost `amount` is to be approved for its owner. */
export interface ConsumeMandate {
  readonly type: 'ConsumeMandate';
  readonly at: string;
  readonly userId: string;
  readonly workflowId: string;
  readonly runNo: number;
  readonly planHash: string;
  readonly amount: Micros;
  /** everybody the plan may pay */
  readonly recipients: readonly string[];
}

/** Nothing of this run can be paid any more beyond `spent`. */
export interface ReleaseMandateUse {
  readonly type: 'ReleaseMandateUse';
  readonly workflowId: string;
  readonly runNo: number;
  readonly spent: Micros;
}

export interface RevokeMandate {
  readonly type: 'RevokeMandate';
  readonly at: string;
}

export interface ExpireMandate {
  readonly type: 'ExpireMandate';
  readonly at: string;
}

export type MandateCommand =
  | GrantMandate
  | ConsumeMandate
  | ReleaseMandateUse
  | RevokeMandate
  | ExpireMandate;
