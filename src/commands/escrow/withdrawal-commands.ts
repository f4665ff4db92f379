import type { Micros } from '../../kernel/money.js';

/** Bytes that were signed and have not left the process. */
export interface SignedTransfer {
  /** wire form, base64 */
  readonly transaction: string;
  readonly signature: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: bigint;
  /** at which it was signed */
  readonly slot: bigint;
}

/** `destination` is linked to the user, as the caller has checked. */
export interface RequestWithdrawal {
  readonly type: 'RequestWithdrawal';
  readonly withdrawalId: string;
  readonly amount: Micros;
  /** a wallet, not its token account */
  readonly destination: string;
  readonly at: string;
}

/** The first attempt is 1. */
export interface PrepareWithdrawal {
  readonly type: 'PrepareWithdrawal';
  readonly withdrawalId: string;
  readonly attempt: number;
  readonly transfer: SignedTransfer;
  /** it opens the recipient's token account */
  readonly opensAccount: boolean;
}

/** What the chain says of an attempt that moved nothing and never will. */
export interface EndWithdrawalAttempt {
  readonly type: 'EndWithdrawalAttempt';
  readonly withdrawalId: string;
  readonly attempt: number;
  readonly because: 'expired' | 'failed';
  /** finalized, beyond the last block of an expired one; of a failed one, its slot */
  readonly height: bigint;
}

/** The chain has finalized the transfer of this attempt. */
export interface ConfirmWithdrawal {
  readonly type: 'ConfirmWithdrawal';
  readonly withdrawalId: string;
  readonly attempt: number;
  readonly slot: bigint;
}

export interface FailWithdrawal {
  readonly type: 'FailWithdrawal';
  readonly withdrawalId: string;
  readonly code: string;
  readonly message: string;
}

export type WithdrawalCommand =
  | RequestWithdrawal
  | PrepareWithdrawal
  | EndWithdrawalAttempt
  | ConfirmWithdrawal
  | FailWithdrawal;

const TYPES: ReadonlySet<string> = new Set<WithdrawalCommand['type']>([
  'RequestWithdrawal',
  'PrepareWithdrawal',
  'EndWithdrawalAttempt',
  'ConfirmWithdrawal',
  'FailWithdrawal',
]);

export const isWithdrawalCommand = (command: { readonly type: string }): command is WithdrawalCommand =>
  TYPES.has(command.type);
