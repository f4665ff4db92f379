import { FIELD } from '../field.js';
import {
  add,
  and,
  type Code,
  constant,
  get,
  multiply,
  set,
  shiftLeft,
  shiftRight,
} from './wasm-assembler.js';

/**
 * Arithmetic of the field for WebAssembly, which multiplies 64 bits and keeps no carry. An element is nine limbs
 * of 29 bits, so that a product of limbs is 58 bits and a sum of products needs no carry until there are 63.
 * Elements are in Montgomery form, times 2^261 mod p. That is 169 p, so there is room not to bring results below
 * p: what is reduced comes out below 2p and a 169 p-th of what went in. A constant is below 2.1 p then, a sum of
 * 33 products of constants and such sums below 3.3 p, and a fifth power below 2.1 p.
 */
export const LIMBS = 9;
export const LIMB_BITS = 29;
const MASK = (1n << BigInt(LIMB_BITS)) - 1n;
/** 2^522 mod p: a product with it brings a number into Montgomery form, one with 1 takes it out */
export const TO_MONTGOMERY = (1n << BigInt(2 * LIMBS * LIMB_BITS)) % FIELD;

const limbsOf = (value: bigint): bigint[] =>
  Array.from({ length: LIMBS }, (_, i) => (value >> BigInt(i * LIMB_BITS)) & MASK);

const PRIME = limbsOf(FIELD);

/** −p⁻¹ mod 2^29, by Newton's iteration: each step doubles the bits that are right */
const NEGATIVE_INVERSE = (() => {
  let inverse = 1n;
  for (let bits = 1; bits < LIMB_BITS; bits *= 2) inverse = (inverse * (2n - FIELD * inverse)) & MASK;
  return -inverse & MASK;
})();

/** the multiple of p that is −1 mod 2^29, without that −1 and those 29 bits */
const EASY = limbsOf((FIELD * NEGATIVE_INVERSE + 1n) >> BigInt(LIMB_BITS));

/** Numbers `count` locals from `first`. */
export const locals = (first: number, count: number = LIMBS) =>
  Array.from({ length: count }, (_, i) => first + i);

export const sum = (terms: readonly Code[]): Code => terms.reduce((left, right) => add(left, right));

const masked = (word: Code): Code => and(word, constant(MASK));

/** Carries what is above 29 bits of each column into the next, but for the last, which takes all. */
export const carry = (columns: readonly number[]): Code =>
  columns
    .slice(0, -1)
    .map((column, i) => [
      set(columns[i + 1]!, add(get(columns[i + 1]!), shiftRight(get(column), LIMB_BITS))),
      set(column, masked(get(column))),
    ]);

/** The terms of a column of a number, of which the column is the sum; what is above 29 bits belongs to the next one. */
export type Columns = (column: number) => readonly Code[];

export const product =
  (left: readonly number[], right: readonly number[]): Columns =>
  (k) =>
    locals(0)
      .filter((i) => k - i >= 0 && k - i < LIMBS)
      .map((i) => multiply(get(left[i]!), get(right[k - i]!)));

/** As {@link product} of a number with itself, with each pair of limbs multiplied once. */
export const square =
  (limbs: readonly number[]): Columns =>
  (k) => {
    const pairs = locals(0).filter((i) => i < k - i && k - i < LIMBS);
    const twice = pairs.map((i) => multiply(get(limbs[i]!), get(limbs[k - i]!)));
    const middle = k % 2 === 0 ? [multiply(get(limbs[k / 2]!), get(limbs[k / 2]!))] : [];
    return [...(twice.length > 0 ? [shiftLeft(sum(twice), 1)] : []), ...middle];
  };

/** Locals that reducing needs besides the limbs. */
export const REDUCING = 1 + LIMBS;

/**
 * Adds the multiple of p that makes the lower half of the columns zero, and leaves limbs of the upper half. For
 * all columns but the last of that half, a multiple of p that is −1 mod 2^29 saves a product in the chain of
 * dependences; and what has just come out is added last. Each column is summed up at once, so that few words are
 * alive at a time: there are more limbs than registers.
 * @param free the first of {@link REDUCING} locals
 */
export function reduce(columns: Columns, free: number, to: readonly number[]): Code {
  const [total, ...quotients] = locals(free, REDUCING) as [number, ...number[]];
  const last = LIMBS - 1;
  const multiples = (k: number): Code[] =>
    quotients.slice(0, k).flatMap((quotient, i) => {
      const limb = i < last ? EASY[k - 1 - i] : PRIME[k - i];
      return limb === undefined ? [] : [multiply(get(quotient), constant(limb))];
    });
  return locals(0, 2 * LIMBS).map((k) => {
    const carried = k > 0 ? [shiftRight(get(total), LIMB_BITS)] : [];
    const added = multiples(k);
    const column = set(total, sum([...columns(k), ...added.slice(0, -1), ...carried, ...added.slice(-1)]));
    if (k > last) return [column, set(to[k - LIMBS]!, k < 2 * last + 1 ? masked(get(total)) : get(total))];
    if (k < last) return [column, set(quotients[k]!, masked(get(total)))];
    const quotient = quotients[last]!;
    return [
      column,
      set(quotient, masked(multiply(get(total), constant(NEGATIVE_INVERSE)))),
      set(total, add(get(total), multiply(get(quotient), constant(PRIME[0]!)))),
    ];
  });
}
