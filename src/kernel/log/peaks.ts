import { emptyRoot, joined, nodeHash } from './tree-hash.js';

/**
 * All one must keep of a tree to append to it: the roots of the perfect trees it is made of, the largest first. As
 * many as its size has binary ones.
 */
export interface Peaks {
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

export const NO_PEAKS: Peaks = { size: 0, hashes: [] };

export function withLeaf({ size, hashes }: Peaks, leaf: Uint8Array): Peaks {
  const next = [...hashes, leaf];
  for (let carry = size; carry % 2 === 1; carry = (carry - 1) / 2) {
    const right = next.pop()!;
    next.push(nodeHash(next.pop()!, right));
  }
  return { size: size + 1, hashes: next };
}

export const withLeaves = (peaks: Peaks, leaves: readonly Uint8Array[]): Peaks =>
  leaves.reduce(withLeaf, peaks);

export const rootOfPeaks = ({ hashes }: Peaks): Uint8Array =>
  hashes.length === 0 ? emptyRoot() : joined(hashes);
