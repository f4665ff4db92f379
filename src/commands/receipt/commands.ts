import type { ReceiptEvent } from '../../events/receipt.js';
import type { Micros } from '../../kernel/money.js';

type Stored<T extends ReceiptEvent['type']> = Omit<Extract<ReceiptEvent, { type: T }>, 'type' | 'v'>;

/** The document is signed and stored already; this puts it on record. */
export interface IssueReceipt extends Omit<Stored<'ReceiptIssued'>, 'totalCost' | 'issuedAt'> {
  readonly type: 'IssueReceipt';
  readonly totalCost: Micros;
  readonly at: string;
}

export interface RequestProof {
  readonly type: 'RequestProof';
  readonly circuitId: string;
  readonly circuitVersion: string;
}

/** A proof that was verified by the prover's own side before it comes here. */
export interface RecordWorkflowProof extends Stored<'WorkflowProofGenerated'> {
  readonly type: 'RecordWorkflowProof';
}

/** `final`: the witness does not satisfy the circuit, so that asking again cannot help. */
export interface FailProof extends Stored<'ProofFailed'> {
  readonly type: 'FailProof';
}

export interface RecordVerification extends Stored<'ReceiptVerified'> {
  readonly type: 'RecordVerification';
}

/** A shared receipt may be read by anybody who knows its id. */
export interface ShareReceipt extends Stored<'ReceiptShared'> {
  readonly type: 'ShareReceipt';
}

/** Said in public, with its reason, and never taken back. */
export interface RevokeReceipt {
  readonly type: 'RevokeReceipt';
  readonly reason: string;
  readonly at: string;
}

/** The owner wants a proof of a receipt that was issued without one. */
export interface UpgradeReceipt extends Stored<'ReceiptUpgraded'> {
  readonly type: 'UpgradeReceipt';
  readonly circuitId: string;
  readonly circuitVersion: string;
}

export type ReceiptCommand =
  | IssueReceipt
  | RequestProof
  | RecordWorkflowProof
  | FailProof
  | RecordVerification
  | ShareReceipt
  | RevokeReceipt
  | UpgradeReceipt;
