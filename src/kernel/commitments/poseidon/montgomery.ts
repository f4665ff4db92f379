import { FIELD } from '../field.js';
import {
  add,
  add32,
  and,
  type Code,
  constant,
  constant32,
  forever,
  get,
  leaveWhenZero,
  load,
  load32,
  multiply,
  or,
  set,
  shiftLeft,
  shiftRight,
  store,
  store32,
  type WasmFunction,
  wasmModule,
  whenZero,
} from './wasm-assembler.js';

/**
 * Arithmetic of the field for WebAssembly, which multiplies 64 bits and keeps no carry. An element is nine limbs
 * of 29 bits, so that a product of limbs is 58 bits and a sum of products needs no carry until there are 63.
 * Elements are in Montgomery form, times 2^261 mod p. That is 169 p, so there is room not to bring results below
 * p: what is reduced comes out below 2p and a 169 p-th of what went in. A constant is below 2.1 p then, a sum of
 * 33 products of constants and such sums below 3.3 p, and a fifth power below 2.1 p.
 */
const LIMBS = 9;
const LIMB_BITS = 29;
const MASK = (1n << BigInt(LIMB_BITS)) - 1n;

/** bytes of an element in the module's memory: a 32-bit word a limb */
export const ELEMENT_BYTES = LIMBS * 4;
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
const locals = (first: number, count: number = LIMBS) => Array.from({ length: count }, (_, i) => first + i);

const increase = (local: number, value: Code): Code => set(local, add(get(local), value));
const masked = (local: number): Code => and(get(local), constant(MASK));

/** Carries what is above 29 bits of each column into the next, but for the last, which takes all. */
const carry = (columns: readonly number[]): Code =>
  columns
    .slice(0, -1)
    .map((column, i) => [
      increase(columns[i + 1]!, shiftRight(get(column), LIMB_BITS)),
      set(column, masked(column)),
    ]);

/**
 * Adds the multiple of p that makes the lower half of the columns zero, and leaves limbs in the upper half. For
 * all columns but the last of that half, a multiple of p that is −1 mod 2^29 saves a product in the chain of
 * dependences that all the time goes into.
 */
const reduce = (columns: readonly number[], quotient: number): Code => [
  locals(0, LIMBS - 1).map((i) => [
    set(quotient, masked(columns[i]!)),
    increase(columns[i + 1]!, shiftRight(get(columns[i]!), LIMB_BITS)),
    EASY.map((limb, j) => increase(columns[i + 1 + j]!, multiply(get(quotient), constant(limb)))),
  ]),
  set(quotient, and(multiply(get(columns[LIMBS - 1]!), constant(NEGATIVE_INVERSE)), constant(MASK))),
  PRIME.map((limb, j) => increase(columns[LIMBS - 1 + j]!, multiply(get(quotient), constant(limb)))),
  increase(columns[LIMBS]!, shiftRight(get(columns[LIMBS - 1]!), LIMB_BITS)),
  carry(columns.slice(LIMBS)),
];

const sum = (terms: readonly Code[]): Code => terms.reduce((left, right) => add(left, right));

const product = (columns: readonly number[], left: readonly number[], right: readonly number[]): Code => [
  columns.slice(0, -1).map((column, k) => {
    const terms = locals(0).filter((i) => k - i >= 0 && k - i < LIMBS);
    return set(column, sum(terms.map((i) => multiply(get(left[i]!), get(right[k - i]!)))));
  }),
  set(columns.at(-1)!, constant(0n)),
];

/** As {@link product} of a number with itself, with each pair of limbs multiplied once. */
const square = (columns: readonly number[], limbs: readonly number[]): Code => [
  columns.slice(0, -1).map((column, k) => {
    const pairs = locals(0).filter((i) => i < k - i && k - i < LIMBS);
    const twice = pairs.map((i) => multiply(get(limbs[i]!), get(limbs[k - i]!)));
    const middle = k % 2 === 0 ? [multiply(get(limbs[k / 2]!), get(limbs[k / 2]!))] : [];
    return set(column, sum([...(twice.length > 0 ? [shiftLeft(sum(twice), 1)] : []), ...middle]));
  }),
  set(columns.at(-1)!, constant(0n)),
];

/** dotProduct(left, right, count, to): the sum of products of `count` pairs of elements side by side, reduced once. */
const dotProduct = ((): WasmFunction => {
  const [left, right, count, to, room] = locals(0, 5) as [number, number, number, number, number];
  const limbs = locals(5);
  const one = 14;
  const columns = locals(15, 2 * LIMBS);
  // six products of nine terms, and the nine terms of the reduction, are the 63 that a column holds
  const most = 6;
  const accumulate = locals(0).map((i) => [
    set(one, load32(left, 4 * i)),
    limbs.map((limb, j) => increase(columns[i + j]!, multiply(get(one), get(limb)))),
  ]);
  const advance = (local: number, by: number) => set(local, add32(get(local), constant32(by)));
  const body = [
    set(room, constant32(most)),
    forever([
      limbs.map((limb, j) => set(limb, load32(right, 4 * j))),
      accumulate,
      advance(count, -1),
      leaveWhenZero(count),
      advance(left, ELEMENT_BYTES),
      advance(right, ELEMENT_BYTES),
      advance(room, -1),
      whenZero(room, [carry(columns), set(room, constant32(most))]),
    ]),
    reduce(columns, one),
    columns.slice(LIMBS).map((column, i) => store32(to, 4 * i, get(column))),
  ];
  return { name: 'dotProduct', parameters: 4, counters: 1, words: 1 + 3 * LIMBS, body };
})();

/** fifthPower(of, plus, to): the fifth power of the sum of two elements. */
const fifthPower = ((): WasmFunction => {
  const [of, plus, to] = locals(0, 3) as [number, number, number];
  const base = locals(3);
  const power = locals(12);
  const columns = locals(21, 2 * LIMBS);
  const quotient = 39;
  const result = [reduce(columns, quotient), power.map((limb, i) => set(limb, get(columns[LIMBS + i]!)))];
  const body = [
    base.map((limb, i) => set(limb, add(load32(of, 4 * i), load32(plus, 4 * i)))),
    carry(base),
    [square(columns, base), result],
    [square(columns, power), result],
    [product(columns, base, power), result],
    power.map((limb, i) => store32(to, 4 * i, get(limb))),
  ];
  return { name: 'fifthPower', parameters: 3, counters: 0, words: 1 + 4 * LIMBS, body };
})();

/** unpack(from, to): limbs of a plain number, which is four 64-bit words, the lowest first. */
const unpack: WasmFunction = {
  name: 'unpack',
  parameters: 2,
  counters: 0,
  words: 0,
  body: locals(0).map((i) => {
    const [word, bits] = [Math.floor((i * LIMB_BITS) / 64), (i * LIMB_BITS) % 64];
    const low = shiftRight(load(0, 8 * word), bits);
    const spans = bits + LIMB_BITS > 64 && word < 3;
    const all = spans ? or(low, shiftLeft(load(0, 8 * (word + 1)), 64 - bits)) : low;
    return store32(1, 4 * i, and(all, constant(MASK)));
  }),
};

/** pack(from, to): the plain number that limbs make. */
const pack: WasmFunction = {
  name: 'pack',
  parameters: 2,
  counters: 0,
  words: 0,
  body: locals(0, 4).map((word) => {
    const within = locals(0).filter(
      (i) => (i + 1) * LIMB_BITS > 64 * word && i * LIMB_BITS < 64 * (word + 1),
    );
    const parts = within.map((i) => {
      const bits = i * LIMB_BITS - 64 * word;
      return bits < 0 ? shiftRight(load32(0, 4 * i), -bits) : shiftLeft(load32(0, 4 * i), bits);
    });
    return store(
      1,
      8 * word,
      parts.reduce((left, right) => or(left, right)),
    );
  }),
};

/** @param pages of 64 KB */
export const montgomeryModule = (pages: number): Uint8Array<ArrayBuffer> =>
  wasmModule([dotProduct, fifthPower, unpack, pack], pages);

/** The module's functions. All parameters are addresses but `count`; elements may be read and written at once. */
export interface MontgomeryArithmetic {
  readonly memory: { readonly buffer: ArrayBuffer };
  dotProduct(left: number, right: number, count: number, to: number): void;
  fifthPower(of: number, plus: number, to: number): void;
  unpack(from: number, to: number): void;
  pack(from: number, to: number): void;
}
