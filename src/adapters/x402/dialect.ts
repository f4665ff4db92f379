import { Refusal } from '../../kernel/errors.js';
import type { Quote } from '../../ports/payments.js';
import type { IncomingAnswer } from '../http/guarded-client.js';

/** One way to pay, as a service asks for it in its 402 answer. */
export interface AskedOffer {
  readonly scheme: string;
  /** CAIP-2 where the dialect's own name is known, verbatim otherwise */
  readonly network: string;
  readonly asset: string;
  /** base units, as text */
  readonly amount: string;
  readonly payTo: string;
  readonly maxTimeoutSeconds: number;
  readonly extra: Readonly<Record<string, unknown>>;
  /** URL of what is sold, as the service says it */
  readonly resource: string;
  /** the offer as it came */
  readonly requirement: unknown;
}

/** All that a 402 answer asks, in the words of neither version. */
export interface Asked {
  readonly dialect: Quote['dialect'];
  readonly offers: readonly AskedOffer[];
  /** what the service says of the resource, verbatim */
  readonly declared?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A version of the x402 protocol over HTTP. */
export interface Dialect {
  readonly name: Quote['dialect'];
  /** the header a payment travels in */
  readonly paymentHeader: string;
  /** the header the service tells of the settlement in */
  readonly receiptHeader: string;
  /** @returns undefined for a 402 answer of another dialect @throws Refusal SERVICE_BAD_OUTPUT */
  read(answer: Pick<IncomingAnswer, 'header' | 'body'>): Asked | undefined;
  /** @param transaction base64, signed by us @returns the value of `paymentHeader` */
  encode(transaction: string, quote: Quote, memo: string): string;
}

export const badOutput = (reason: string): Refusal =>
  new Refusal('SERVICE_BAD_OUTPUT', `The service asks for payment in a way that cannot be read: ${reason}.`);
