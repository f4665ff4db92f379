import { formatUsdc, type Micros, ZERO } from '../kernel/money.js';
import type { ServiceOffer } from '../ports/catalogue.js';
import { type Similarity, similarities } from './similarity.js';

/** Below this score a service is not fit for a step (domain.md 12). */
export const MIN_MATCH_SCORE = 0.3;

export interface Wanted {
  readonly capability: string;
  /** what the step is for, in the words of the plan and the request */
  readonly text: string;
  /** price that counts as full; without it the dearest service that passes the filters */
  readonly priceCap?: Micros;
  /** 0 to 10,000 */
  readonly minReputation?: number;
  /** 0 to 1 */
  readonly minUptime?: number;
  /** ids of services not to be used */
  readonly excluded?: readonly string[];
}

export interface Candidate {
  readonly offer: ServiceOffer;
  /** 0 to 1, rounded to four digits */
  readonly score: number;
  readonly reasons: readonly string[];
  readonly fit: boolean;
}

const fraction = (value: number): number => Math.min(Math.max(value, 0), 1);

/**
 * 0.4 · similarity + 0.3 · reputation / 10000 + 0.2 · (1 − min(price / priceCap, 1))
 * + 0.1 · (1 − min(latencyMs / 10000, 1)) (domain.md 12)
 */
export function matchScore(offer: ServiceOffer, similarity: number, priceCap: Micros): number {
  const price = priceCap === 0n ? 0 : fraction(Number(offer.price) / Number(priceCap));
  return (
    0.4 * similarity +
    0.3 * fraction(offer.reputation / 10_000) +
    0.2 * (1 - price) +
    0.1 * (1 - fraction(offer.latencyMs / 10_000))
  );
}

const documentOf = ({ name, description, capability, tags }: ServiceOffer): string =>
  [name, capability, ...tags, description].join(' ');

/** Numbers and stems only: the reasons stand in the plan, and an untrusted description must not speak there. */
const reasonsOf = (offer: ServiceOffer, { score, common }: Similarity): readonly string[] => [
  common.length === 0
    ? 'no word of the task in its description'
    : `words in common: ${common.slice(0, 5).join(', ').slice(0, 120)} (similarity ${score.toFixed(2)})`,
  `reputation ${offer.reputation} of 10000`,
  `price ${formatUsdc(offer.price)}`,
  `answers in about ${offer.latencyMs} ms`,
];

const dearest = (offers: readonly ServiceOffer[]): Micros =>
  offers.map(({ price }) => price).sort((a, b) => Number(b - a))[0] ?? ZERO;

/** Every offer of the capability that passes the filters, the best first; equals by price, then by id. */
export function rank(wanted: Wanted, offers: readonly ServiceOffer[]): readonly Candidate[] {
  const passing = offers.filter(
    (offer) =>
      offer.capability === wanted.capability &&
      offer.uptime >= (wanted.minUptime ?? 0) &&
      offer.reputation >= (wanted.minReputation ?? 0) &&
      !wanted.excluded?.includes(offer.id),
  );
  const priceCap = wanted.priceCap ?? dearest(passing);
  const documents = offers.map(documentOf);
  const all = similarities(wanted.text, documents);
  return passing
    .map((offer): Candidate => {
      const similarity = all[offers.indexOf(offer)]!;
      const exact = matchScore(offer, similarity.score, priceCap);
      const score = Math.round(exact * 10_000) / 10_000;
      return { offer, score, reasons: reasonsOf(offer, similarity), fit: exact >= MIN_MATCH_SCORE };
    })
    .sort(
      (a, b) =>
        b.score - a.score || Number(a.offer.price - b.offer.price) || (a.offer.id < b.offer.id ? -1 : 1),
    );
}
