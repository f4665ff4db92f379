import { FIELD } from '../field.js';
import { locals } from './limbs.js';
import type { MontgomeryArithmetic } from './montgomery.js';
import {
  BEGINNING_BYTES,
  BEGINNINGS_AT,
  limbsOf,
  PAIR_BITS,
  PAIR_COLUMNS,
  PAIR_LIMBS,
  SQUARE_AT,
} from './pair-table.js';
import { type MultiplyAdd, PAIR_WRITING, PairWriter } from './pair-writer.js';
import { runFunction } from './program.js';
import {
  add,
  add32,
  addDoubles,
  and,
  type Code,
  constant,
  constant32,
  forever,
  fromDouble,
  get,
  leaveWhenZero,
  loadDouble,
  loadTwice,
  loadTwiceFrom,
  loadVector,
  multiply32,
  multiplyAddDoubles,
  set,
  shiftRightSigned,
  store,
  storeDouble,
  storeVector,
  toDouble,
  type WasmFunction,
  wasmModule,
} from './wasm-assembler.js';
import { limbOfWords, WORDS, wordOfLimbs } from './words.js';

/** bytes of two elements, limb by limb side by side, and of a constant, which is the same for both */
export const PAIR_BYTES = 16 * PAIR_LIMBS;
export const CONSTANT_BYTES = 8 * PAIR_LIMBS;
const indices = locals(0, PAIR_LIMBS);

const storePair = (to: number, limbs: readonly number[]): Code =>
  limbs.map((limb, i) => storeVector(to, 16 * i, get(limb)));

/** dotProduct(left, right, count, to): the sum of products of `count` constants and pairs, reduced once. */
function dotProduct(multiplyAdd: MultiplyAdd): WasmFunction {
  const [left, right, count, to, beginning] = [0, 1, 2, 3, 4] as const;
  const columns = locals(5, PAIR_COLUMNS);
  const limbs = locals(5 + PAIR_COLUMNS, PAIR_LIMBS);
  const free = 5 + PAIR_COLUMNS + PAIR_LIMBS;
  const writer = new PairWriter(multiplyAdd, columns, free);
  const limb = free + PAIR_WRITING;
  const advance = (local: number, by: number) => set(local, add32(get(local), constant32(by)));
  const body = [
    writer.prepare(),
    set(beginning, multiply32(get(count), constant32(BEGINNING_BYTES))),
    writer.begin((offset) => loadTwice(beginning, BEGINNINGS_AT + offset)),
    forever([
      indices.map((i) => [
        set(limb, loadTwice(left, 8 * i)),
        indices.map((j) => writer.addProduct(get(limb), loadVector(right, 16 * j), i + j)),
      ]),
      [advance(left, CONSTANT_BYTES), advance(right, PAIR_BYTES), advance(count, -1)],
      leaveWhenZero(count),
    ]),
    writer.reduce(limbs),
    storePair(to, limbs),
  ];
  return {
    name: 'dotProduct',
    parameters: 4,
    counters: 1,
    vectors: PAIR_COLUMNS + PAIR_LIMBS + PAIR_WRITING + 1,
    body,
  };
}

/** fifthPower(of, plus, to): the fifth power of the sum of a pair and a constant. */
function fifthPower(multiplyAdd: MultiplyAdd): WasmFunction {
  const [of, plus, to] = [0, 1, 2] as const;
  const columns = locals(3, PAIR_COLUMNS);
  const base = locals(3 + PAIR_COLUMNS, PAIR_LIMBS);
  const power = locals(3 + PAIR_COLUMNS + PAIR_LIMBS, PAIR_LIMBS);
  const writer = new PairWriter(multiplyAdd, columns, 3 + PAIR_COLUMNS + 2 * PAIR_LIMBS);
  const multiply = (left: readonly number[], right: readonly number[]) => [
    writer.begin((offset) => loadTwiceFrom(BEGINNINGS_AT + BEGINNING_BYTES + offset)),
    writer.addProducts(left.map(get), right.map(get)),
    writer.reduce(power),
  ];
  const square = (of: readonly number[]) => [
    writer.begin((offset) => loadTwiceFrom(SQUARE_AT + offset)),
    writer.addSquares(of.map(get)),
    writer.reduce(power),
  ];
  const body = [
    writer.prepare(),
    base.map((limb, i) => set(limb, addDoubles(loadVector(of, 16 * i), loadTwice(plus, 8 * i)))),
    square(base),
    square(power),
    multiply(base, power),
    storePair(to, power),
  ];
  return { name: 'fifthPower', parameters: 3, vectors: PAIR_COLUMNS + 2 * PAIR_LIMBS + PAIR_WRITING, body };
}

/** unpack(from, to): a plain number, to one of a pair: to that of the first element, or 8 bytes on. */
const unpack: WasmFunction = {
  name: 'unpack',
  parameters: 2,
  body: indices.map((i) => storeDouble(1, 16 * i, toDouble(limbOfWords(0, i, PAIR_BITS)))),
};

/** pack(from, to): the plain number of one of a pair, or one that is the same modulo p, but neither negative. */
const pack: WasmFunction = (() => {
  const limbs = locals(2, PAIR_LIMBS);
  // more than a result is below zero
  const enough = limbsOf(2n * FIELD);
  const carry = limbs
    .slice(1)
    .map((limb, i) => [
      set(limb, add(get(limb), shiftRightSigned(get(limbs[i]!), PAIR_BITS))),
      set(limbs[i]!, and(get(limbs[i]!), constant((1n << BigInt(PAIR_BITS)) - 1n))),
    ]);
  const body = [
    limbs.map((limb, i) => set(limb, add(fromDouble(loadDouble(0, 16 * i)), constant(BigInt(enough[i]!))))),
    carry,
    locals(0, WORDS).map((word) => store(1, 8 * word, wordOfLimbs(word, limbs.map(get), PAIR_BITS))),
  ];
  return { name: 'pack', parameters: 2, words: PAIR_LIMBS, body };
})();

const PLACES = { dotProduct: 0, fifthPower: 1 } as const;

/** @param pages of 64 KB */
export const pairModule = (pages: number, multiplyAdd = multiplyAddDoubles): Uint8Array<ArrayBuffer> =>
  wasmModule([dotProduct(multiplyAdd), fifthPower(multiplyAdd), runFunction(PLACES), unpack, pack], pages);

/** The module's functions. Elements are pairs, but `left` and `plus` are constants. */
export type PairArithmetic = MontgomeryArithmetic;
