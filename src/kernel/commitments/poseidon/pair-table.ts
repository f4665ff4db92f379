import { FIELD } from '../field.js';
import { locals } from './limbs.js';

const indices = (count: number) => locals(0, count);

/**
 * Arithmetic of the field on doubles, of two elements at once: one in each half of a vector. An element is five limbs
 * of 51 bits, whole numbers with a sign. A processor that multiplies and adds with one rounding gives a product of
 * limbs in two halves, as Emmart, Zheng and Weems do (Faster modular exponentiation using double precision floating
 * point arithmetic on the GPU, ARITH 2018):
 *
 *     high = a b + HIGH, rounded to a multiple of 2^51      low = a b + (HIGH + LOW − high), exactly
 *
 * With HIGH = 1.5 · 2^103 the last bit of `high` is 2^51 as long as |a b| ≤ 2^102. With LOW = 1.5 · 2^52 that of `low`
 * is 1, for what rounding to the nearest leaves is 2^50 at most. As exponents never change, the bits of each are those
 * of HIGH or LOW plus a whole number. So bits are summed as integers of 64 bits, and what is too much is in the
 * constant that each column of a sum begins with, modulo 2^64.
 *
 * A result has limbs of at most 2^50 and a carry of 9 bits, but the highest, which is what the element needs: below
 * 1.76 p, so 2^50.5. A constant is within p / 2, and its limbs leave room for that carry. So the sum of two such has
 * limbs of at most 2^51, and products have 102 bits. A product adds ten terms of 2^51 to a column at most: 33 of them
 * and what reducing adds are below 2^60.
 */
export const PAIR_LIMBS = 5;
export const PAIR_BITS = 51;
/** A product loses six limbs: with five, there were no room above p. */
export const LOST = 6;
/** of a product, and one that reducing adds */
export const PAIR_COLUMNS = 2 * PAIR_LIMBS + 1;
/** Elements are in Montgomery form, times 2^306. */
export const PAIR_SHIFT = BigInt(LOST * PAIR_BITS);
/** 2^612 mod p: a product with it brings a number into Montgomery form */
export const PAIR_TO_MONTGOMERY = (1n << (2n * PAIR_SHIFT)) % FIELD;

/**
 * What functions need in memory, from its beginning: words of 64 bits. What follows writes them and says where they are;
 * a vector has them in both halves.
 */
export const PAIR_TABLE: bigint[] = [];
const keep = (...words: readonly bigint[]): number => 8 * (PAIR_TABLE.push(...words) - words.length);
const bitsOf = (double: number): bigint => new BigUint64Array(Float64Array.of(double).buffer)[0]!;
const keepDoubles = (doubles: readonly number[]): number => keep(...doubles.map(bitsOf));

const [HIGH, LOW] = [1.5 * 2 ** 103, 1.5 * 2 ** 52];
const [HIGH_BITS, LOW_BITS] = [bitsOf(HIGH), bitsOf(LOW)];
export const HIGH_AT = keep(HIGH_BITS);
export const HIGH_AND_LOW_AT = keepDoubles([HIGH + LOW]);
export const MASK_AT = keep((1n << BigInt(PAIR_BITS)) - 1n);
/**
 * Columns, which are within 2^60 of zero, are put above it by this: shifting vectors with the sign takes five
 * instructions, and without it one. So a carry is by {@link CARRIED} too much.
 */
const ABOVE = 1n << 62n;
const CARRIED = ABOVE >> BigInt(PAIR_BITS);
/** A limb plus 2^50 and these bits make a double, from which {@link OFFSET_AT} takes what is too much. */
export const EXPONENT_AT = keepDoubles([2 ** 52 + 2 ** 50]);
/** The same with a carry. */
export const CARRIED_EXPONENT_AT = keep(bitsOf(2 ** 52 + 2 ** 50) - CARRIED);
export const OFFSET_AT = keepDoubles([2 ** 52 + 2 ** 51]);

/** Limbs around zero, but for the highest. */
export function limbsOf(value: bigint): readonly number[] {
  let rest = value;
  return indices(PAIR_LIMBS).map((i) => {
    const limb = i < PAIR_LIMBS - 1 ? BigInt.asIntN(PAIR_BITS, rest) : rest;
    rest = (rest - limb) >> BigInt(PAIR_BITS);
    return Number(limb);
  });
}

const LARGEST_LIMB = 2 ** 50 - 2 ** 9;

/**
 * Of what is the same modulo p and next to zero.
 * @throws RangeError for a limb that leaves no room: no constant of a hash has one, and the chance of it is 2^-41
 */
export function constantLimbs(element: bigint): readonly number[] {
  const limbs = limbsOf(element > FIELD / 2n ? element - FIELD : element);
  if (limbs.some((limb) => Math.abs(limb) > LARGEST_LIMB))
    throw new RangeError(`there is no room above a limb of ${element}`);
  return limbs;
}

/** What limb i of the lowest five is times 2^255: 2^-51, 2^-102 … mod p, by halving. */
const FOLDED = indices(LOST - 1).map((i) => {
  let power = 1n;
  for (let n = 0; n < (LOST - 1 - i) * PAIR_BITS; n++) power = (power & 1n ? power + FIELD : power) >> 1n;
  return constantLimbs(power);
});
export const FOLDED_AT = keepDoubles(FOLDED.flat());
export const PRIME_AT = keepDoubles(limbsOf(FIELD));

const asLimb = (value: bigint): bigint => BigInt.asIntN(PAIR_BITS, value);
/** −1 / p mod 2^51, by Newton's iteration */
const NEGATIVE_INVERSE = (() => {
  let inverse = 1n;
  for (let bits = 1; bits < PAIR_BITS; bits *= 2) inverse = asLimb(inverse * (2n - FIELD * inverse));
  return asLimb(-inverse);
})();
/** The multiple of p that makes the sixth limb zero, from the lowest six: each with its own factor, modulo 2^51. */
export const QUOTIENT_AT = keepDoubles(
  [...FOLDED.map(([lowest]) => BigInt(lowest!)), 1n].map((limb) => Number(asLimb(limb * NEGATIVE_INVERSE))),
);
/** What a column begins with that ends as a limb: 2^50, so that the limb is around zero. */
const ZERO = 1n << BigInt(PAIR_BITS - 1);
export const QUOTIENT_BEGINNING_AT = keep(BigInt.asUintN(64, ZERO - BigInt(LOST) * LOW_BITS));

/** What the columns begin with when so many products of elements come to them, and are reduced after. */
function beginningOf(products: number): readonly bigint[] {
  // the highest is a limb as it is
  const columns = indices(PAIR_COLUMNS).map((k) => (k < PAIR_COLUMNS - 1 ? ZERO + ABOVE : ZERO));
  // to these, all of a carry is added
  for (const k of [LOST - 1, LOST]) columns[k]! -= CARRIED;
  const count = (column: number, times: number) => {
    columns[column]! -= BigInt(times) * LOW_BITS;
    columns[column + 1]! -= BigInt(times) * HIGH_BITS;
  };
  for (const i of indices(PAIR_LIMBS)) {
    for (const j of indices(PAIR_LIMBS)) count(i + j, products);
    count(LOST - 1 + i, LOST);
  }
  return columns.map((column) => BigInt.asUintN(64, column));
}

/** 2 n + 1 for a width of n + 1, see partial-rounds.ts */
const MOST_PRODUCTS = 33;
/** bytes of the beginnings of all columns */
export const BEGINNING_BYTES = 8 * PAIR_COLUMNS;
/** the beginnings for no products, for one, for two … */
export const BEGINNINGS_AT = keep(...indices(MOST_PRODUCTS + 1).flatMap(beginningOf));

/** Columns of a square in which there are products that occur twice: they begin with half, to be doubled. */
export const DOUBLED = locals(1, 2 * PAIR_LIMBS - 2);
export const SQUARE_AT = keep(
  ...beginningOf(1).map((column, k) => (DOUBLED.includes(k) ? column >> 1n : column)),
);
