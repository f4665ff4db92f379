import { contentWords } from './content-words.js';

/** Weighted words of one sentence, of length 1 as a vector. */
type Vector = ReadonlyMap<string, number>;

const DAMPING = 0.85;

/**
 * How central each sentence is: continuous LexRank (Erkan and Radev 2004), the stationary distribution of a walk
 * between sentences that share rare words.
 * @returns one score a sentence, summing to 1
 */
export function lexRank(sentences: readonly string[]): number[] {
  const vectors = vectorsOf(sentences.map(contentWords));
  const similar = vectors.map((a) => vectors.map((b) => cosine(a, b)));
  const outward = similar.map((row) => row.reduce((sum, value) => sum + value, 0));
  const n = sentences.length;
  let scores = new Array<number>(n).fill(1 / n);
  for (let round = 0; round < 60; round++) {
    const next = scores.map(() => (1 - DAMPING) / n);
    for (let from = 0; from < n; from++) {
      const total = outward[from]!;
      for (let to = 0; to < n; to++) {
        // A sentence like no other passes its weight on to all.
        const share = total === 0 ? 1 / n : similar[from]![to]! / total;
        next[to]! += DAMPING * scores[from]! * share;
      }
    }
    const moved = next.reduce((sum, value, i) => sum + Math.abs(value - scores[i]!), 0);
    scores = next;
    if (moved < 1e-9) break;
  }
  return scores;
}

function vectorsOf(words: readonly (readonly string[])[]): Vector[] {
  const documents = new Map<string, number>();
  for (const sentence of words)
    for (const word of new Set(sentence)) documents.set(word, (documents.get(word) ?? 0) + 1);
  return words.map((sentence) => {
    const weights = new Map<string, number>();
    for (const word of sentence) {
      const rarity = Math.log(1 + words.length / documents.get(word)!);
      weights.set(word, (weights.get(word) ?? 0) + rarity);
    }
    const length = Math.sqrt([...weights.values()].reduce((sum, weight) => sum + weight * weight, 0));
    return new Map([...weights].map(([word, weight]) => [word, weight / length]));
  });
}

function cosine(a: Vector, b: Vector): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [word, weight] of small) sum += weight * (large.get(word) ?? 0);
  return sum;
}
