import type { PaymentEvent } from '../../events/payment.js';
import type { Micros } from '../../kernel/money.js';

type Stored = Extract<PaymentEvent, { type: 'PaymentQuoted' }>;

/** What a service asks for one step of one run, as read from its 402 answer. */
export interface RecordQuote extends Omit<Stored, 'type' | 'v' | 'amount'> {
  readonly type: 'RecordQuote';
  readonly amount: Micros;
}

/** What the approved plan allows for this step. */
export interface AuthorizePayment {
  readonly type: 'AuthorizePayment';
  readonly planHash: string;
  readonly ceiling: Micros;
  readonly approved: { readonly payTo: string; readonly asset: string; readonly network: string };
}

/** Signed bytes that have not left the process. The first attempt is 1. */
export interface PreparePayment {
  readonly type: 'PreparePayment';
  readonly attempt: number;
  /** what they were signed for */
  readonly payTo: string;
  readonly amount: Micros;
  readonly header: string;
  readonly memo: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: bigint;
  readonly watermark: string | null;
}

/** The same, but for the signature of the wallet that pays: nobody but its owner has that. */
export interface RequestSignature extends Omit<PreparePayment, 'type'> {
  readonly type: 'RequestSignature';
  readonly at: string;
}

/** `header` is what was asked for, signed by the wallet; that was checked. */
export interface SignPayment {
  readonly type: 'SignPayment';
  readonly at: string;
  readonly attempt: number;
  readonly header: string;
}

/** Nobody signed in time: what was asked for is void. */
export interface WithdrawSignatureRequest {
  readonly type: 'WithdrawSignatureRequest';
  readonly attempt: number;
  readonly code: string;
  readonly message: string;
}

export interface SubmitPayment {
  readonly type: 'SubmitPayment';
  readonly attempt: number;
}

/** The transfer was seen on the chain. */
export interface ConfirmPayment {
  readonly type: 'ConfirmPayment';
  readonly attempt: number;
  readonly signature: string;
  readonly slot: bigint;
}

/** The bytes of this attempt can never land any more, and nothing moved. */
export interface FailPayment {
  readonly type: 'FailPayment';
  readonly attempt: number;
  readonly code: string;
  readonly message: string;
}

export interface RecordDelivery {
  readonly type: 'RecordDelivery';
  /** SHA-256 hex of the answer's bytes */
  readonly answerHash: string;
}

export interface RecordNonDelivery {
  readonly type: 'RecordNonDelivery';
  readonly code: string;
  readonly message: string;
}

/** Asks the recipient of a payment that was not answered to give it back. */
export interface RequestRefund {
  readonly type: 'RequestRefund';
  readonly at: string;
}

/** The money was seen on the chain. */
export interface ConfirmRefund {
  readonly type: 'ConfirmRefund';
  readonly signature: string;
  readonly slot: bigint;
  readonly amount: Micros;
}

export interface RejectRefund {
  readonly type: 'RejectRefund';
  readonly code: string;
  readonly message: string;
}

/** The run is over: from here on nothing is signed for it, whoever still thinks to be at it. */
export interface ClosePayment {
  readonly type: 'ClosePayment';
  readonly workflowId: string;
  readonly runNo: number;
}

export type PaymentCommand =
  | RecordQuote
  | AuthorizePayment
  | PreparePayment
  | RequestSignature
  | SignPayment
  | WithdrawSignatureRequest
  | SubmitPayment
  | ConfirmPayment
  | FailPayment
  | RecordDelivery
  | RecordNonDelivery
  | RequestRefund
  | ConfirmRefund
  | RejectRefund
  | ClosePayment;
