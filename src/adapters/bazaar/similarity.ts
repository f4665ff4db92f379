import { stemmer } from 'stemmer';
import { eng } from 'stopword';
import type { ServiceOffer } from '../../ports/catalogue.js';

const STOP = new Set(eng);

const stems = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => !STOP.has(word))
    .map((word) => stemmer(word));

/** Name, capability and tags are chosen words; a description merely contains some. */
const textOf = ({ name, capability, tags, description }: ServiceOffer): string =>
  [name, name, capability, capability, ...tags, ...tags, description].join(' ');

type Vector = ReadonlyMap<string, number>;

/** Offers by the cosine of their TF-IDF vectors with the query's, best first; none that shares no word with it. */
export function rank(offers: readonly ServiceOffer[], query: string): ServiceOffer[] {
  const documents = offers.map((offer) => stems(textOf(offer)));
  const frequency = new Map<string, number>();
  for (const words of documents)
    for (const word of new Set(words)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const weigh = (words: readonly string[]): Vector => {
    const counts = new Map<string, number>();
    for (const word of words) if (frequency.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
    return new Map(
      [...counts].map(([word, count]) => [
        word,
        (1 + Math.log(count)) * Math.log(1 + offers.length / frequency.get(word)!),
      ]),
    );
  };
  const wanted = weigh(stems(query));
  return offers
    .map((offer, i) => ({ offer, score: cosine(wanted, weigh(documents[i]!)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ offer }) => offer);
}

function cosine(a: Vector, b: Vector): number {
  let dot = 0;
  for (const [word, weight] of a) dot += weight * (b.get(word) ?? 0);
  return dot === 0 ? 0 : dot / (norm(a) * norm(b));
}

const norm = (vector: Vector): number =>
  Math.sqrt([...vector.values()].reduce((sum, weight) => sum + weight * weight, 0));
