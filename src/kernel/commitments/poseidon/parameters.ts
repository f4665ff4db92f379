import { FIELD } from '../field.js';
import { inverses, type Matrix } from './modular.js';

/** Poseidon over BN254 for one number of inputs: x^5, eight full rounds, width is inputs + 1. */
export interface Parameters {
  readonly width: number;
  readonly partialRounds: number;
  /** what each round adds to the state, the four full rounds before the partial ones first */
  readonly constants: Matrix;
  readonly matrix: Matrix;
}

/** Half of the full rounds: four stand before the partial rounds and four after them. */
export const HALF_FULL_ROUNDS = 4;

/** circomlib's table, by inputs from 1 */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

/** Inputs that circomlib's Poseidon takes at most. */
export const MOST_INPUTS = PARTIAL_ROUNDS.length;

const FIELD_BITS = 254;

/**
 * Makes the parameters that circomlib uses, as Poseidon's authors prescribe (eprint 2019/458, appendix F): a
 * Grain LFSR seeded with the description of the instance gives the round constants and then the Cauchy matrix.
 * They are derived rather than stored, because all widths together are 600 KB, and nothing is up our sleeve.
 */
export function parametersOf(inputs: number): Parameters {
  const width = inputs + 1;
  const partialRounds = PARTIAL_ROUNDS[inputs - 1]!;
  const bit = grain(seedOf(width, partialRounds));
  const number = () => {
    let hex = '0x';
    for (let left = FIELD_BITS; left > 0; ) {
      let digit = 0;
      do digit = 2 * digit + bit();
      while (--left % 4 !== 0);
      hex += digit.toString(16);
    }
    return BigInt(hex);
  };
  const element = () => {
    let candidate = number();
    while (candidate >= FIELD) candidate = number();
    return candidate;
  };
  const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);
  const constants = times(2 * HALF_FULL_ROUNDS + partialRounds, () => times(width, element));
  const xs = times(width, number);
  const ys = times(width, number);
  const inverted = inverses(xs.flatMap((x) => ys.map((y) => (x + y) % FIELD)));
  const matrix = xs.map((_, i) => inverted.slice(i * width, (i + 1) * width));
  return { width, partialRounds, constants, matrix };
}

/** 80 bits: a prime field, x^5, bits of an element, width, full rounds, partial rounds, and ones. */
function seedOf(width: number, partialRounds: number): string {
  const parts = [
    [1, 2],
    [0, 4],
    [FIELD_BITS, 12],
    [width, 12],
    [2 * HALF_FULL_ROUNDS, 10],
    [partialRounds, 10],
    [2 ** 30 - 1, 30],
  ] as const;
  return parts.map(([value, bits]) => value.toString(2).padStart(bits, '0')).join('');
}

/** The self-shrinking generator: of every two bits, the first says whether the second is given out. */
function grain(seed: string): () => number {
  const length = seed.length;
  const chunk = 1 << 14;
  const bits = new Uint8Array(length + chunk);
  bits.set(Uint8Array.from(seed, Number), chunk);
  let at = bits.length;
  const refill = () => {
    bits.copyWithin(0, chunk);
    for (let i = 0; i < chunk; i++)
      bits[i + length] =
        bits[i]! ^ bits[i + 13]! ^ bits[i + 23]! ^ bits[i + 38]! ^ bits[i + 51]! ^ bits[i + 62]!;
    at = length;
  };
  refill();
  at += 2 * length; // the first bits are thrown away
  return () => {
    for (;;) {
      if (at === bits.length) refill();
      at += 2;
      if (bits[at - 2] === 1) return bits[at - 1]!;
    }
  };
}
