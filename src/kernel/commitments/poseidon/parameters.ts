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
/** bits read at once: whole hexadecimal digits, in what a number's bitwise operations hold with four more */
const AT_ONCE = 28;

/**
 * Makes the parameters that circomlib uses, as Poseidon's authors prescribe (eprint 2019/458, appendix F): a
 * Grain LFSR seeded with the description of the instance gives the round constants and then the Cauchy matrix.
 * They are derived rather than stored, because all widths together are 600 KB, and nothing is up our sleeve.
 */
export function parametersOf(inputs: number): Parameters {
  const width = inputs + 1;
  const partialRounds = PARTIAL_ROUNDS[inputs - 1]!;
  const read = grain(seedOf(width, partialRounds));
  const number = () => {
    let hex = `0x${read(FIELD_BITS % AT_ONCE).toString(16)}`;
    for (let left = FIELD_BITS; left >= AT_ONCE; left -= AT_ONCE)
      hex += read(AT_ONCE)
        .toString(16)
        .padStart(AT_ONCE / 4, '0');
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

/** Of every two bits of a byte, the first says whether the second is given out: how many are, and which. */
const GIVEN = Array.from({ length: 256 }, (_, byte) => {
  const pairs = [6, 4, 2, 0].map((shift) => (byte >> shift) & 3).filter((pair) => pair >= 2);
  return { count: pairs.length, bits: pairs.reduce((bits, pair) => 2 * bits + (pair & 1), 0) };
});

/** words of 16 bits that are thrown away at first: twice the state */
const PASSED_OVER = 10;

/**
 * The self-shrinking generator. A bit is made of those 80, 67, 57, 42, 29 and 18 before it, so sixteen can be made at
 * once, of a state of five words.
 * @returns reads up to {@link AT_ONCE} bits, the first the highest
 */
function grain(seed: string): (bits: number) => number {
  const state = seed.match(/.{16}/g)!.map((word) => Number.parseInt(word, 2));
  let [a, b, c, d, e] = state as [number, number, number, number, number];
  const next = (): number => {
    const taps = a ^ ((a << 13) | (b >> 3)) ^ ((b << 7) | (c >> 9)) ^ ((c << 6) | (d >> 10));
    const made = (taps ^ ((d << 3) | (e >> 13)) ^ ((d << 14) | (e >> 2))) & 0xffff;
    [a, b, c, d, e] = [b, c, d, e, made];
    return made;
  };
  for (let i = 0; i < PASSED_OVER; i++) next();
  let word = 0;
  let isHalf = false;
  let held = 0;
  let count = 0;
  return (bits) => {
    while (count < bits) {
      if (!isHalf) word = next();
      const given = GIVEN[isHalf ? word & 255 : word >> 8]!;
      isHalf = !isHalf;
      held = (held << given.count) | given.bits;
      count += given.count;
    }
    count -= bits;
    const read = held >>> count;
    held &= (1 << count) - 1;
    return read;
  };
}
