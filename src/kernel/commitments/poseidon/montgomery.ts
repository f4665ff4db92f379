import {
  columnsOfSums,
  ELEMENT_BYTES,
  loadLimb,
  SUMMING,
  storeElement,
  sumChannelsByVector,
  sumChannelsByWord,
} from './channels.js';
import { carry, LIMB_BITS, LIMBS, locals, MASK, product, REDUCING, reduce, square } from './limbs.js';
import {
  add,
  add32,
  and,
  type Code,
  call,
  constant,
  constant32,
  forever,
  get,
  least32,
  leaveWhenZero,
  load,
  loadCounter,
  or,
  set,
  shiftLeft,
  shiftRight,
  store,
  subtract32,
  type WasmFunction,
  wasmModule,
  whenZero,
} from './wasm-assembler.js';

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

/** bytes of a call in a program: four words of 32 bits, which are count, left, right and to, or 0, of, plus and to */
export const CALL_BYTES = 16;

/** run(program, end): those two again and again. */
const run: WasmFunction = (() => {
  const [at, end, left] = [0, 1, 2] as const;
  const count = 3;
  const word = (i: number): Code => loadCounter(at, 4 * i);
  const body = forever([
    set(count, word(0)),
    whenZero(
      count,
      call(PLACES.fifthPower, [word(1), word(2), word(3)]),
      call(PLACES.dotProduct, [word(1), word(2), get(count), word(3)]),
    ),
    set(at, add32(get(at), constant32(CALL_BYTES))),
    set(left, subtract32(get(end), get(at))),
    leaveWhenZero(left),
  ]);
  return { name: 'run', parameters: 2, counters: 2, body };
})();

/** unpack(from, to): the element a plain number is, which is four 64-bit words, the lowest first. */
const unpack: WasmFunction = (() => {
  const limbs = locals(2);
  const split = limbs.map((limb, i) => {
    const [word, bits] = [Math.floor((i * LIMB_BITS) / 64), (i * LIMB_BITS) % 64];
    const low = shiftRight(load(0, 8 * word), bits);
    const spans = bits + LIMB_BITS > 64 && word < 3;
    const all = spans ? or(low, shiftLeft(load(0, 8 * (word + 1)), 64 - bits)) : low;
    return set(limb, and(all, constant(MASK)));
  });
  const body = [split, storeElement(1, limbs, 2 + LIMBS)];
  return { name: 'unpack', parameters: 2, words: 2 * LIMBS, body };
})();

/** pack(from, to): the plain number that limbs make. */
const pack: WasmFunction = {
  name: 'pack',
  parameters: 2,
  body: locals(0, 4).map((word) => {
    const within = locals(0).filter(
      (i) => (i + 1) * LIMB_BITS > 64 * word && i * LIMB_BITS < 64 * (word + 1),
    );
    const parts = within.map((i) => {
      const bits = i * LIMB_BITS - 64 * word;
      return bits < 0 ? shiftRight(loadLimb(0, i), -bits) : shiftLeft(loadLimb(0, i), bits);
    });
    return store(
      1,
      8 * word,
      parts.reduce((left, right) => or(left, right)),
    );
  }),
};

/** @param pages of 64 KB @param isVector whether to use instructions that multiply two numbers at once */
export const montgomeryModule = (pages: number, isVector: boolean): Uint8Array<ArrayBuffer> =>
  wasmModule(
    [isVector ? sumChannelsByVector : sumChannelsByWord, dotProduct, fifthPower, run, unpack, pack],
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
