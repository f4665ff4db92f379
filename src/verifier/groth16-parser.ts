import { bn254 } from '@noble/curves/bn254.js';
import { FIELD, parseField } from '../kernel/commitments/field.js';
import { Refusal } from '../kernel/errors.js';

/**
 * Strict, because the libraries are not: they accept coordinates above the modulus, numbers with leading zeros,
 * signals cut short, and points outside the subgroup (facts measured against snarkjs 0.7.6).
 */
export type G1 = InstanceType<typeof bn254.G1.Point>;
export type G2 = InstanceType<typeof bn254.G2.Point>;

/** The modulus of the coordinates. */
const Q = bn254.fields.Fp.ORDER;
const CANONICAL = /^(0|[1-9][0-9]{0,77})$/;

const malformed = (what: string, why: string): Refusal =>
  new Refusal('MALFORMED_PROOF', `${what} ${why}.`, { what });

export function parseSignals(signals: readonly unknown[], expected: number): readonly bigint[] {
  if (signals.length !== expected)
    throw malformed(
      'The list of public signals',
      `has ${signals.length} entries, the circuit has ${expected}`,
    );
  return signals.map((text, i) => parseField(text, `public signal ${i}`));
}

/** @param coordinates affine x, y and the literal 1 @throws Refusal MALFORMED_PROOF */
export function parseG1(coordinates: readonly unknown[], what: string): G1 {
  const [x, y, z, ...more] = coordinates;
  if (z !== '1' || more.length > 0) throw malformed(what, 'is not an affine point');
  const affine = { x: coordinate(x, what), y: coordinate(y, what) };
  return onCurve(() => bn254.G1.Point.fromAffine(affine), what);
}

/** @throws Refusal MALFORMED_PROOF also for a point outside the subgroup of prime order */
export function parseG2(coordinates: readonly unknown[], what: string): G2 {
  const [x, y, z, ...more] = coordinates.map((pair) => (Array.isArray(pair) ? (pair as unknown[]) : []));
  if (z?.length !== 2 || z[0] !== '1' || z[1] !== '0' || more.length > 0)
    throw malformed(what, 'is not an affine point');
  const affine = { x: pairOf(x, what), y: pairOf(y, what) };
  return onCurve(() => bn254.G2.Point.fromAffine(affine), what);
}

const pairOf = (pair: readonly unknown[] | undefined, what: string) => {
  if (pair?.length !== 2) throw malformed(what, 'is not an affine point');
  return { c0: coordinate(pair[0], what), c1: coordinate(pair[1], what) };
};

function coordinate(text: unknown, what: string): bigint {
  if (typeof text !== 'string' || !CANONICAL.test(text))
    throw malformed(what, 'has a coordinate that is not a canonical decimal');
  const value = BigInt(text);
  if (value >= Q) throw malformed(what, 'has a coordinate above the modulus');
  return value;
}

function onCurve<P extends { assertValidity(): void; is0(): boolean }>(make: () => P, what: string): P {
  try {
    const point = make();
    // on the curve, and in the subgroup of prime order
    point.assertValidity();
    if (!point.is0()) return point;
  } catch (cause) {
    throw new Refusal(
      'MALFORMED_PROOF',
      `${what} is not a point of the group: off the curve, or outside the subgroup.`,
      { what },
      'terminal',
      { cause },
    );
  }
  throw malformed(what, 'is the point at infinity');
}

/** The pairing library and ours must mean the same field. */
if (bn254.fields.Fr.ORDER !== FIELD) throw new Error('the scalar field of the pairing library is another');
