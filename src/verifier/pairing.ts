import type { ParsedProof } from './groth16-parser.js';
import type { PinnedKey } from './verification-keys.js';

/** A library of pairings. There are two that share nothing, so that one can be held against the other. */
export interface Pairing {
  /**
   * Checks the points of a key, which takes longer than a proof; once for each key.
   * @throws Refusal UNUSABLE_KEY, MALFORMED_PROOF
   */
  open(pinned: PinnedKey): PairingKey;
}

export interface PairingKey {
  /** For each proof why it does not hold, undefined where it does. */
  complaints(proofs: readonly ParsedProof[]): readonly (string | undefined)[];
}

export const DOES_NOT_HOLD = 'The proof does not hold for these public signals.';

/** @param what a point by its name in the proof or key */
export const noPointOfGroup = (what: string): string =>
  `${what} is not a point of the group: off the curve, or outside the subgroup.`;
