import {
  columnsOfSums,
  ELEMENT_BYTES,
  loadLimb,
  SUMMING,
  storeElement,
  sumChannelsByVector,
  sumChannelsByWord,
} from './channels.js';
import { carry, LIMB_BITS, LIMBS, locals, product, REDUCING, reduce, square } from './limbs.js';
import { runFunction } from './program.js';
import {
  add,
  add32,
  call,
  constant32,
  forever,
  get,
  least32,
  leaveWhenZero,
  set,
  store,
  subtract32,
  type WasmFunction,
  wasmModule,
} from './wasm-assembler.js';
import { limbOfWords, WORDS, wordOfLimbs } from './words.js';

export { ELEMENT_BYTES, SUMS_BYTES } from './channels.js';
export { TO_MONTGOMERY } from './limbs.js';

/** Where the functions that others call stand in the module. */
const PLACES = { sumChannels: 0, dotProduct: 1, fifthPower: 2 } as const;

/** Products summed before a carry: of eight terms each, and with seven terms of the reduction the 63 a column holds. */
const MOST = 7;

/** dotProduct(left, right, count, to): the sum of products of `count` pairs of elements side by side, reduced once. */
const dotProduct = ((): WasmFunction => {
  const [left, right, count, to, some, sums] = [0, 1, 2, 3, 4, 5] as const;
  const columns = locals(6, 2 * LIMBS);
  const free = 6 + columns.length;
  const limbs = locals(free + REDUCING);
  const advance = (local: number) => set(local, add32(get(local), constant32(MOST * ELEMENT_BYTES)));
  const body = [
    forever([
      [set(some, constant32(MOST)), set(some, least32(some, count))],
      call(PLACES.sumChannels, [left, right, some, sums].map(get)),
      columnsOfSums(sums, columns, free),
      set(count, subtract32(get(count), get(some))),
      leaveWhenZero(count),
      [carry(columns), advance(left), advance(right)],
    ]),
    reduce((k) => [get(columns[k]!)], free, limbs),
    storeElement(to, limbs, free),
  ];
  const words = columns.length + Math.max(SUMMING, REDUCING + LIMBS);
  return { name: 'dotProduct', parameters: 4, counters: 2, words, body };
})();

/** fifthPower(of, plus, to): the fifth power of the sum of two elements. */
const fifthPower = ((): WasmFunction => {
  const [of, plus, to] = [0, 1, 2] as const;
  const [base, square1, power] = [locals(3), locals(12), locals(21)];
  const free = 30;
  const body = [
    base.map((limb, i) => set(limb, add(loadLimb(of, i), loadLimb(plus, i)))),
    carry(base),
    reduce(square(base), free, square1),
    reduce(square(square1), free, power),
    reduce(product(base, power), free, square1),
    storeElement(to, square1, free),
  ];
  return { name: 'fifthPower', parameters: 3, words: 3 * LIMBS + REDUCING, body };
})();

/** unpack(from, to): the element a plain number is, which is four 64-bit words, the lowest first. */
const unpack: WasmFunction = (() => {
  const limbs = locals(2);
  const split = limbs.map((limb, i) => set(limb, limbOfWords(0, i, LIMB_BITS)));
  const body = [split, storeElement(1, limbs, 2 + LIMBS)];
  return { name: 'unpack', parameters: 2, words: 2 * LIMBS, body };
})();

/** pack(from, to): the plain number that limbs make. */
const pack: WasmFunction = (() => {
  const limbs = locals(0).map((i) => loadLimb(0, i));
  const body = locals(0, WORDS).map((word) => store(1, 8 * word, wordOfLimbs(word, limbs, LIMB_BITS)));
  return { name: 'pack', parameters: 2, body };
})();

/** @param pages of 64 KB @param isVector whether to use instructions that multiply two numbers at once */
export const montgomeryModule = (pages: number, isVector: boolean): Uint8Array<ArrayBuffer> =>
  wasmModule(
    [
      isVector ? sumChannelsByVector : sumChannelsByWord,
      dotProduct,
      fifthPower,
      runFunction(PLACES),
      unpack,
      pack,
    ],
    pages,
  );

/** The module's functions. All parameters are addresses but `count`; elements may be read and written at once. */
export interface MontgomeryArithmetic {
  readonly memory: { readonly buffer: ArrayBuffer };
  dotProduct(left: number, right: number, count: number, to: number): void;
  fifthPower(of: number, plus: number, to: number): void;
  run(program: number, end: number): void;
  unpack(from: number, to: number): void;
  pack(from: number, to: number): void;
}
