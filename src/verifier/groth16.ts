import { bn254 } from '@noble/curves/bn254.js';
import { parseG1, parseG2, parseSignals } from './groth16-parser.js';
import { type ParsedKey, type PinnedKey, parseKey } from './verification-keys.js';

export interface RawProof {
  readonly pi_a: readonly unknown[];
  readonly pi_b: readonly unknown[];
  readonly pi_c: readonly unknown[];
}

/** Parsing a key checks its points, which takes longer than a proof; it is done once for each key. */
const parsed = new WeakMap<PinnedKey, ParsedKey>();

const parsedKey = (pinned: PinnedKey): ParsedKey => {
  const known = parsed.get(pinned) ?? parseKey(pinned);
  parsed.set(pinned, known);
  return known;
};

/**
 * e(A, B) = e(alpha, beta) · e(sum of signals, gamma) · e(C, delta), by a pairing library that has nothing in
 * common with the prover's.
 * @throws Refusal MALFORMED_PROOF, NOT_CANONICAL or UNUSABLE_KEY
 */
export function groth16Holds(pinned: PinnedKey, proof: RawProof, publicSignals: readonly unknown[]): boolean {
  const signals = parseSignals(publicSignals, pinned.publicSignals.length);
  const a = parseG1(proof.pi_a, 'A');
  const c = parseG1(proof.pi_c, 'C');
  const b = parseG2(proof.pi_b, 'B');
  const key = parsedKey(pinned);
  let sum = key.ic[0]!;
  signals.forEach((signal, i) => {
    // the library refuses to multiply by zero
    if (signal !== 0n) sum = sum.add(key.ic[i + 1]!.multiplyUnsafe(signal));
  });
  const pairs = [
    { g1: a.negate(), g2: b },
    { g1: sum, g2: key.gamma },
    { g1: c, g2: key.delta },
  ];
  const { Fp12 } = bn254.fields;
  // a pairing with the point at infinity is one, and the library refuses it
  const product = bn254.pairingBatch(pairs.filter(({ g1 }) => !g1.is0()));
  return Fp12.eql(Fp12.mul(product, key.alphaBeta), Fp12.ONE);
}
