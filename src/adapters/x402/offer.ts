import { PaymentRequiredV2Schema } from '@x402/core/schemas';
import type { PaymentRequirements } from '@x402/core/types';
import { Refusal } from '../../kernel/errors.js';
import { type Micros, parseMicros } from '../../kernel/money.js';
import type { Quote } from '../../ports/payments.js';
import { isWellFormedAddress } from '../solana/well-formed.js';
import type { PaidResource } from './memo.js';

/** What this payer can pay with. */
export interface Terms {
  /** CAIP-2 */
  readonly network: string;
  /** mint address */
  readonly asset: string;
  readonly payer: string;
}

/** `Quote.resource` of this adapter: what the call was, and what the service said of it, verbatim. */
export interface QuotedResource extends PaidResource {
  readonly declared: unknown;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

const badOutput = (reason: string): Refusal =>
  new Refusal('SERVICE_BAD_OUTPUT', `The service asks for payment in a way that cannot be read: ${reason}.`);

/**
 * Reads the PAYMENT-REQUIRED header of a 402 answer and takes the cheapest offer that this payer may accept.
 * @throws Refusal SERVICE_BAD_OUTPUT when it cannot be read, OFFER_REFUSED when no offer may be accepted
 */
export function readOffer(header: string | null, resource: PaidResource, terms: Terms): Quote {
  if (header === null) throw badOutput('there is no PAYMENT-REQUIRED header');
  const required = PaymentRequiredV2Schema.safeParse(parseHeader(header));
  if (!required.success) throw badOutput('it is not x402 version 2');
  const { accepts, resource: declared, extensions } = required.data;
  const judged = accepts.map((offer) => judge(offer as PaymentRequirements, terms));
  const acceptable = judged.filter((offer) => typeof offer !== 'string');
  const cheapest = acceptable.sort((a, b) => (a.amount < b.amount ? -1 : a.amount > b.amount ? 1 : 0))[0];
  if (!cheapest)
    throw new Refusal('OFFER_REFUSED', 'The service asks for no payment that may be made.', {
      reasons: judged.filter((offer) => typeof offer === 'string'),
    });
  const quoted: QuotedResource = { ...resource, declared, ...(extensions ? { extensions } : {}) };
  return { ...cheapest, resource: quoted };
}

/** @returns the offer, or why it is not acceptable */
function judge(offer: PaymentRequirements, terms: Terms): Omit<Quote, 'resource'> | string {
  const feePayer = offer.extra?.['feePayer'];
  if (offer.scheme !== 'exact') return `scheme ${offer.scheme.slice(0, 40)}`;
  if (offer.network !== terms.network) return `network ${offer.network.slice(0, 80)}`;
  if (offer.asset !== terms.asset) return `asset ${offer.asset.slice(0, 80)}`;
  const amount = readAmount(offer.amount);
  if (amount === undefined) return `amount ${offer.amount.slice(0, 40)}`;
  if (!isWellFormedAddress(offer.payTo)) return 'recipient is not an address';
  if (offer.payTo === terms.payer) return 'recipient is the payer';
  if (typeof feePayer !== 'string' || !isWellFormedAddress(feePayer)) return 'fee payer is not an address';
  // As fee payer our signature would cover whatever else the facilitator puts in our name.
  if (feePayer === terms.payer) return 'fee payer is the payer';
  // Its memo would take the place of ours, by which the payment is found again.
  if (offer.extra['memo'] !== undefined) return 'memo is prescribed';
  const { payTo, maxTimeoutSeconds, network, asset } = offer;
  return { scheme: 'exact', network, asset, payTo, amount, maxTimeoutSeconds, requirement: offer };
}

function readAmount(text: string): Micros | undefined {
  try {
    const amount = parseMicros(text);
    return amount > 0n ? amount : undefined;
  } catch {
    return undefined;
  }
}

function parseHeader(header: string): unknown {
  try {
    return JSON.parse(Buffer.from(header, 'base64').toString());
  } catch {
    return undefined;
  }
}
