import { sha256 } from '../commitments/sha2.js';

/** Hashing of a Merkle tree by RFC 9162, 2.1.1 (and RFC 6962 before it): a leaf can never pass for a node. */
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const HASH_BYTES = 32;

export const leafHash = (entry: Uint8Array): Uint8Array => sha256(LEAF, entry);

export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE, left, right);

/** Root of the tree that has no leaves yet. */
export const emptyRoot = (): Uint8Array => sha256(new Uint8Array(0));

/** One hash over hashes that stand side by side, the rightmost joined first: peaks, or the pieces of a range. */
export const joined = (hashes: readonly Uint8Array[]): Uint8Array =>
  hashes.reduceRight((right, left) => nodeHash(left, right));

/** Root over 2^k hashes. */
export function perfectRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i]!, row[2 * i + 1]!));
  return row[0]!;
}

export const sameHash = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, i) => byte === other[i]);
