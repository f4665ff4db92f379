import type { Micros } from '../kernel/money.js';

/** A paid HTTP call as the plan fixed it. */
export interface PaidCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** JSON body of a POST */
  readonly body?: unknown;
  /** sent as Idempotency-Key; the same for every repeat of one step attempt */
  readonly idempotencyKey: string;
}

/** What the plan says of whom to pay: of several offers, one like this is taken. */
export interface ApprovedTerms {
  readonly payTo: string;
  readonly asset: string;
  /** CAIP-2 */
  readonly network: string;
}

/** What a service asks for one call, read from its 402 answer. */
export interface Quote {
  /** the version of the protocol it was asked in, and is paid in */
  readonly dialect: 'x402-v2' | 'x402-v1';
  readonly scheme: 'exact';
  /** CAIP-2 */
  readonly network: string;
  readonly asset: string;
  readonly payTo: string;
  readonly amount: Micros;
  readonly maxTimeoutSeconds: number;
  /** who pays the fee of the transaction */
  readonly feePayer: string;
  /** what the transfer is to say; absent where the service leaves that to us */
  readonly memo?: string;
  /** the accepted requirement, verbatim, for the payload */
  readonly requirement: unknown;
  readonly resource: unknown;
}

/** Signed bytes, to be recorded before they leave the process. */
export interface PreparedPayment {
  /** PAYMENT-SIGNATURE or X-PAYMENT header, the same bytes for every send */
  readonly header: string;
  /** memo inside the transaction, to find it on the chain: ours is unique, one that the service wants need not be */
  readonly memo: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: bigint;
  /** newest signature of our token account when this was signed: search after it */
  readonly watermark: string | null;
}

/** A user's own wallet. It has yet to sign, unless it has made us its delegate on the chain. */
export interface PaidFrom {
  readonly wallet: string;
  /** user whose delegate signs */
  readonly delegateOf?: string;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly mediaType: string;
  readonly body: Uint8Array;
  /** settled transaction as the service claims it; believed only after a look at the chain */
  readonly claimedSignature?: string;
  /** JWS in which the service says that it was paid and delivered; as it came */
  readonly serviceReceipt?: string;
}

export interface SettledPayment {
  readonly signature: string;
  readonly slot: bigint;
}

/** Pays x402 services with the escrow's key. */
export interface Payer {
  /** Sends the call unpaid. A free service answers at once. @throws Refusal SERVICE_ERROR | SERVICE_BAD_OUTPUT */
  quote(
    call: PaidCall,
    approved?: ApprovedTerms,
    /** wallet that pays; the escrow when left out */
    payer?: string,
  ): Promise<{ readonly quote: Quote } | { readonly answer: ServiceAnswer }>;
  /**
   * Signs, with our own blockhash; sends nothing. The memo binds `paymentId`.
   * @param from another wallet than the escrow's
   */
  prepare(quote: Quote, paymentId: string, from?: PaidFrom): Promise<PreparedPayment>;
  /** Sends the call with the prepared bytes. @throws Refusal kind `unknown` when no answer came */
  submit(call: PaidCall, payment: PreparedPayment): Promise<ServiceAnswer>;
  /**
   * Looks for the payment on the chain by its memo; it is the one whose signed message is ours to the byte.
   * @param claimed a signature that somebody says it is: looked at first, and believed no more than any other
   */
  find(
    payment: PreparedPayment,
    quote: Pick<Quote, 'payTo' | 'amount' | 'asset'> & { readonly payer?: string | undefined },
    claimed?: string,
  ): Promise<SettledPayment | undefined>;
  /** True once the bytes can never land any more: finalized height beyond last valid height. */
  isExpired(payment: PreparedPayment): Promise<boolean>;
}

/** Takes back what a wallet was asked to sign. */
export interface ClientSignatures {
  /**
   * @param requested header as it was asked to be signed
   * @param transaction base64, signed by `payer`
   * @returns the header to be sent
   * @throws Refusal PAYMENT_NOT_AS_ASKED {differs}, WALLET_SIGNATURE_INVALID
   */
  complete(requested: string, transaction: string, payer: string): Promise<string>;
}
