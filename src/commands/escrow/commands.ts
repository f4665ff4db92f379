import { z } from 'zod';
import type { Micros } from '../../kernel/money.js';
import type { WithdrawalCommand } from './withdrawal-commands.js';

/** Base58 of 32 bytes, as a wallet writes its address. */
export const walletAddressSchema = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/);
/** Base58 of 64 bytes, as the chain names a transaction. */
export const transactionSignatureSchema = z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{64,88}$/);

/** `wallet` has proven to the caller that it belongs to the user. */
export interface OpenEscrowAccount {
  readonly type: 'OpenEscrowAccount';
  readonly userId: string;
  readonly wallet: string;
  readonly network: string;
  readonly asset: string;
  readonly at: string;
}

export interface SubmitDeposit {
  readonly type: 'SubmitDeposit';
  readonly signature: string;
  readonly amount: Micros;
  readonly at: string;
  /** when to stop looking for it on the chain */
  readonly expiresAt: string;
}

/** `amount` is what the finalized transaction moved into our token account. */
export interface ConfirmDeposit {
  readonly type: 'ConfirmDeposit';
  readonly signature: string;
  readonly amount: Micros;
  readonly slot: bigint;
}

export interface RejectDeposit {
  readonly type: 'RejectDeposit';
  readonly signature: string;
  readonly code: string;
  readonly message: string;
}

export interface PlaceHold {
  readonly type: 'PlaceHold';
  readonly holdId: string;
  readonly amount: Micros;
  /** id of what the money is reserved for */
  readonly purpose: string;
  readonly at: string;
  readonly expiresAt: string;
}

/** An open or expired hold covers this much, and until then; never less than it did. */
export interface ExtendHold {
  readonly type: 'ExtendHold';
  readonly holdId: string;
  /** all of it, what is captured included */
  readonly amount: Micros;
  readonly at: string;
  readonly expiresAt: string;
}

/** An expired hold holds again what is yet to be paid out of it; an open one lasts until then at least. */
export interface RenewHold {
  readonly type: 'RenewHold';
  readonly holdId: string;
  /** what is captured not included */
  readonly amount: Micros;
  readonly at: string;
  readonly expiresAt: string;
}

/** What a workflow may spend that is a step of another one. */
export interface SplitHold {
  readonly type: 'SplitHold';
  readonly holdId: string;
  readonly from: string;
  readonly amount: Micros;
  readonly purpose: string;
  readonly at: string;
  readonly expiresAt: string;
}

export interface CaptureHold {
  readonly type: 'CaptureHold';
  readonly holdId: string;
  readonly paymentId: string;
  readonly amount: Micros;
}

/** A hold keeps what may still be captured from it, and no more. */
export interface ReduceHold {
  readonly type: 'ReduceHold';
  readonly holdId: string;
  /** what is captured not included */
  readonly keep: Micros;
}

export interface ReleaseHold {
  readonly type: 'ReleaseHold';
  readonly holdId: string;
}

export interface ExpireHold {
  readonly type: 'ExpireHold';
  readonly holdId: string;
  readonly at: string;
}

/** A payment of this account came back, as the chain shows. */
export interface CreditRefund {
  readonly type: 'CreditRefund';
  readonly paymentId: string;
  readonly signature: string;
  readonly amount: Micros;
}

/** By an operator, for a reason that the owner of the account is told. */
export interface FreezeAccount {
  readonly type: 'FreezeAccount';
  readonly reason: string;
  readonly at: string;
}

export interface UnfreezeAccount {
  readonly type: 'UnfreezeAccount';
  readonly reason: string;
  readonly at: string;
}

export type EscrowCommand =
  | OpenEscrowAccount
  | SubmitDeposit
  | ConfirmDeposit
  | RejectDeposit
  | PlaceHold
  | ExtendHold
  | RenewHold
  | SplitHold
  | CaptureHold
  | ReduceHold
  | ReleaseHold
  | ExpireHold
  | CreditRefund
  | FreezeAccount
  | UnfreezeAccount
  | WithdrawalCommand;
