import { meaningOf } from './words.js';

/** Characters of one document that count; a longer one is an attempt to be found for everything. */
const DOCUMENT_CHARS = 2_000;

export interface Similarity {
  /** 0 to 1 */
  readonly score: number;
  /** stems in common, the telling ones first */
  readonly common: readonly string[];
}

const counts = (stems: readonly string[]): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  for (const stem of stems) found.set(stem, (found.get(stem) ?? 0) + 1);
  return found;
};

/**
 * Cosine of TF-IDF vectors over word stems: tf = 1 + ln n, idf = ln(1 + N / df) (Manning, Raghavan and Schütze,
 * Introduction to Information Retrieval, 6.2–6.4). A word of the query that no document has is left out: it tells
 * no document from another.
 */
export function similarities(query: string, documents: readonly string[]): readonly Similarity[] {
  const bags = documents.map((document) => counts(meaningOf(document.slice(0, DOCUMENT_CHARS))));
  const frequency = counts(bags.flatMap((bag) => [...bag.keys()]));
  const weight = (stem: string, count: number): number =>
    (1 + Math.log(count)) * Math.log(1 + documents.length / frequency.get(stem)!);
  const weigh = (bag: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
    new Map([...bag].filter(([stem]) => frequency.has(stem)).map(([stem, n]) => [stem, weight(stem, n)]));
  const length = (vector: ReadonlyMap<string, number>): number => Math.hypot(...vector.values());

  const asked = weigh(counts(meaningOf(query)));
  return bags.map(weigh).map((vector) => {
    const common = [...asked.keys()]
      .filter((stem) => vector.has(stem))
      .sort((a, b) => asked.get(b)! * vector.get(b)! - asked.get(a)! * vector.get(a)!);
    const dot = common.reduce((sum, stem) => sum + asked.get(stem)! * vector.get(stem)!, 0);
    return { score: dot === 0 ? 0 : Math.min(dot / (length(asked) * length(vector)), 1), common };
  });
}
