import { Refusal } from '../../kernel/errors.js';
import { type Micros, parseMicros } from '../../kernel/money.js';
import type { ApprovedTerms, Quote } from '../../ports/payments.js';
import { isWellFormedAddress } from '../solana/well-formed.js';
import type { Asked, AskedOffer } from './dialect.js';
import { type PaidResource, wrongMemo } from './memo.js';
import { isSameResource } from './same-resource.js';

/** What this payer can pay with. */
export interface Terms {
  /** CAIP-2 */
  readonly network: string;
  /** mint address */
  readonly asset: string;
  readonly payer: string;
  /** what the plan says of the service */
  readonly approved?: ApprovedTerms;
}

/** `Quote.resource` of this adapter: what the call was, and what the service said of it, verbatim. */
export interface QuotedResource extends PaidResource {
  readonly declared?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/**
 * Of the offers that this payer may accept, the cheapest to the approved recipient; where there is none, the cheapest
 * of all, so that the plan's refusal can name what is asked instead.
 * @throws Refusal OFFER_REFUSED when no offer may be accepted
 */
export function readOffer(asked: Asked, resource: PaidResource, terms: Terms): Quote {
  const judged = asked.offers.map((offer) => judge(offer, resource, terms));
  const acceptable = judged.filter((offer) => typeof offer !== 'string');
  const meant = acceptable.filter(({ payTo }) => payTo === terms.approved?.payTo);
  const cheapest = (meant.length > 0 ? meant : acceptable).reduce<Judged | undefined>(
    (best, offer) => (best === undefined || offer.amount < best.amount ? offer : best),
    undefined,
  );
  if (!cheapest)
    throw new Refusal('OFFER_REFUSED', 'The service asks for no payment that may be made.', {
      reasons: judged.filter((offer) => typeof offer === 'string').slice(0, MOST_REASONS),
    });
  const { dialect, declared, extensions } = asked;
  const quoted: QuotedResource = {
    ...resource,
    ...(declared === undefined ? {} : { declared }),
    ...(extensions ? { extensions } : {}),
  };
  return { ...cheapest, dialect, resource: quoted };
}

type Judged = Omit<Quote, 'resource' | 'dialect'>;
const MOST_REASONS = 10;

/** @returns the offer, or why it is not acceptable */
function judge(offer: AskedOffer, called: PaidResource, terms: Terms): Judged | string {
  const { feePayer, memo } = offer.extra;
  if (offer.scheme !== 'exact') return `scheme ${offer.scheme.slice(0, 40)}`;
  if (offer.network !== terms.network) return `network ${offer.network.slice(0, 80)}`;
  if (offer.asset !== terms.asset) return `asset ${offer.asset.slice(0, 80)}`;
  if (!isSameResource(offer.resource, called.url)) return `resource ${offer.resource.slice(0, 80)}`;
  const amount = readAmount(offer.amount);
  if (amount === undefined) return `amount ${offer.amount.slice(0, 40)}`;
  if (!isWellFormedAddress(offer.payTo)) return 'recipient is not an address';
  if (offer.payTo === terms.payer) return 'recipient is the payer';
  if (typeof feePayer !== 'string' || !isWellFormedAddress(feePayer)) return 'fee payer is not an address';
  // As fee payer our signature would cover whatever else the facilitator puts in our name.
  if (feePayer === terms.payer) return 'fee payer is the payer';
  const wrong = wrongMemo(memo);
  if (wrong !== undefined) return wrong;
  const { payTo, maxTimeoutSeconds, network, asset, requirement } = offer;
  const said = memo === undefined ? {} : { memo: memo as string };
  return {
    scheme: 'exact',
    network,
    asset,
    payTo,
    amount,
    maxTimeoutSeconds,
    feePayer,
    ...said,
    requirement,
  };
}

function readAmount(text: string): Micros | undefined {
  try {
    const amount = parseMicros(text);
    return amount > 0n ? amount : undefined;
  } catch {
    return undefined;
  }
}
