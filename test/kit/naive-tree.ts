import { createHash } from 'node:crypto';

/**
 * RFC 9162, 2.1, as its definitions are written: recursive, over all leaves, slow, and by another hash library than
 * the code it judges.
 */
const sha = (...parts: readonly Uint8Array[]): Uint8Array =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

const split = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));

/** MTH(D[n]) */
export function naiveRoot(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length === 0) return sha();
  if (entries.length === 1) return sha(Uint8Array.of(0), entries[0]!);
  const k = split(entries.length);
  return sha(Uint8Array.of(1), naiveRoot(entries.slice(0, k)), naiveRoot(entries.slice(k)));
}

/** PATH(m, D[n]) */
export function naiveInclusion(m: number, entries: readonly Uint8Array[]): readonly Uint8Array[] {
  if (entries.length <= 1) return [];
  const k = split(entries.length);
  return m < k
    ? [...naiveInclusion(m, entries.slice(0, k)), naiveRoot(entries.slice(k))]
    : [...naiveInclusion(m - k, entries.slice(k)), naiveRoot(entries.slice(0, k))];
}

/** PROOF(m, D[n]), of which the RFC leaves out m = 0 */
export const naiveConsistency = (m: number, entries: readonly Uint8Array[]): readonly Uint8Array[] =>
  m === 0 ? [] : subproof(m, entries, true);

function subproof(m: number, entries: readonly Uint8Array[], whole: boolean): readonly Uint8Array[] {
  if (m === entries.length) return whole ? [] : [naiveRoot(entries)];
  const k = split(entries.length);
  return m <= k
    ? [...subproof(m, entries.slice(0, k), whole), naiveRoot(entries.slice(k))]
    : [...subproof(m - k, entries.slice(k), false), naiveRoot(entries.slice(0, k))];
}
