import { parseField } from '../kernel/commitments/field.js';
import { Refusal } from '../kernel/errors.js';

/**
 * Strict, because the libraries are not: they accept coordinates above the modulus, numbers with leading zeros and
 * signals cut short (facts measured against snarkjs 0.7.6). Whether coordinates are a point of its group is left to
 * the pairing.
 */
export interface AffineG1 {
  readonly x: bigint;
  readonly y: bigint;
}

/** Of the twist: each coordinate as c0 + c1·u. */
export interface AffineG2 {
  readonly x: { readonly c0: bigint; readonly c1: bigint };
  readonly y: { readonly c0: bigint; readonly c1: bigint };
}

export interface RawProof {
  readonly pi_a: readonly unknown[];
  readonly pi_b: readonly unknown[];
  readonly pi_c: readonly unknown[];
}

export interface ParsedProof {
  readonly a: AffineG1;
  readonly b: AffineG2;
  readonly c: AffineG1;
  readonly signals: readonly bigint[];
}

/** The modulus of the coordinates. */
export const MODULUS = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const CANONICAL = /^(0|[1-9][0-9]{0,77})$/;

const malformed = (what: string, why: string): Refusal =>
  new Refusal('MALFORMED_PROOF', `${what} ${why}.`, { what });

/** @param signals how many public signals the circuit has @throws Refusal MALFORMED_PROOF, NOT_CANONICAL */
export const parseProof = (
  proof: RawProof,
  publicSignals: readonly unknown[],
  signals: number,
): ParsedProof => ({
  signals: parseSignals(publicSignals, signals),
  a: parseG1(proof.pi_a, 'A'),
  c: parseG1(proof.pi_c, 'C'),
  b: parseG2(proof.pi_b, 'B'),
});

function parseSignals(signals: readonly unknown[], expected: number): readonly bigint[] {
  if (signals.length !== expected)
    throw malformed(
      'The list of public signals',
      `has ${signals.length} entries, the circuit has ${expected}`,
    );
  return signals.map((text, i) => parseField(text, `public signal ${i}`));
}

/** @param coordinates affine x, y and the literal 1 @throws Refusal MALFORMED_PROOF */
export function parseG1(coordinates: readonly unknown[], what: string): AffineG1 {
  const [x, y, z, ...more] = coordinates;
  if (z !== '1' || more.length > 0) throw malformed(what, 'is not an affine point');
  const point = { x: coordinate(x, what), y: coordinate(y, what) };
  if (point.x === 0n && point.y === 0n) throw malformed(what, 'is the point at infinity');
  return point;
}

/** @throws Refusal MALFORMED_PROOF */
export function parseG2(coordinates: readonly unknown[], what: string): AffineG2 {
  const [x, y, z, ...more] = coordinates.map((pair) => (Array.isArray(pair) ? (pair as unknown[]) : []));
  if (z?.length !== 2 || z[0] !== '1' || z[1] !== '0' || more.length > 0)
    throw malformed(what, 'is not an affine point');
  const point = { x: pairOf(x, what), y: pairOf(y, what) };
  if ([point.x.c0, point.x.c1, point.y.c0, point.y.c1].every((part) => part === 0n))
    throw malformed(what, 'is the point at infinity');
  return point;
}

const pairOf = (pair: readonly unknown[] | undefined, what: string) => {
  if (pair?.length !== 2) throw malformed(what, 'is not an affine point');
  return { c0: coordinate(pair[0], what), c1: coordinate(pair[1], what) };
};

function coordinate(text: unknown, what: string): bigint {
  if (typeof text !== 'string' || !CANONICAL.test(text))
    throw malformed(what, 'has a coordinate that is not a canonical decimal');
  const value = BigInt(text);
  if (value >= MODULUS) throw malformed(what, 'has a coordinate above the modulus');
  return value;
}
