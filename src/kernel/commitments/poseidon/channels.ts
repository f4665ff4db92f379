import { locals } from './limbs.js';
import {
  add,
  add32,
  addVectors,
  type Code,
  constant,
  constant32,
  forever,
  get,
  leaveWhenZero,
  load,
  load32,
  loadVector,
  multiply,
  multiplyHigh,
  multiplyLow,
  set,
  store,
  store32,
  storeVector,
  subtract,
  type WasmFunction,
} from './wasm-assembler.js';

/**
 * Elements are multiplied as Karatsuba does, twice over. What has three parts a, b and c is kept as six: those, a + b,
 * a + c and b + c. The six products of two such sixes give the five columns of the product of what they stand for.
 * Three limbs make a part of an element, and of each of its six sums the three limbs are six again. So an element is
 * 36 words of at most 31 bits, here called channels, and a product takes 36 products of words instead of 81.
 *
 * Sums of products are summed channel by channel, and made columns once. A channel may overflow: modulo 2^64 the
 * columns are right all the same, and those do not.
 */
const CHANNELS = 36;
const WORD = 4;
const DOUBLE = 8;

/** bytes of an element in the module's memory */
export const ELEMENT_BYTES = CHANNELS * WORD;
/** bytes of the sums of all channels, which are at the beginning of the memory */
export const SUMS_BYTES = CHANNELS * DOUBLE;

const six = <T>([a, b, c]: readonly T[], plus: (left: T, right: T) => T): readonly T[] => [
  a!,
  b!,
  c!,
  plus(a!, b!),
  plus(a!, c!),
  plus(b!, c!),
];

const less = (value: Code, ...others: readonly Code[]): Code => others.reduce(subtract, value);

/** The columns of a product, from the products of the six. */
const five = ([a, b, c, ab, ac, bc]: readonly Code[]): readonly Code[] => [
  a!,
  less(ab!, a!, b!),
  add(less(ac!, a!, c!), b!),
  less(bc!, b!, c!),
  c!,
];

/** A limb of the element at the address in a local. */
export const loadLimb = (address: number, i: number): Code =>
  load32(address, WORD * (6 * Math.floor(i / 3) + (i % 3)));

/** Writes an element whose limbs are in locals. @param free the first of nine locals more */
export function storeElement(address: number, limbs: readonly number[], free: number): Code {
  const parts = [limbs.slice(0, 3), limbs.slice(3, 6), limbs.slice(6)];
  const sums = [locals(free, 3), locals(free + 3, 3), locals(free + 6, 3)];
  let next = 0;
  const added: Code[] = [];
  const all = six<readonly number[]>(parts, (left, right) => {
    const to = sums[next++]!;
    added.push(to.map((local, i) => set(local, add(get(left[i]!), get(right[i]!)))));
    return to;
  });
  const words = all.flatMap((part) => six(part.map(get), add));
  return [added, words.map((word, i) => store32(address, WORD * i, word))];
}

/** Locals of {@link columnsOfSums} besides its columns. */
export const SUMMING = 30;

/** Adds to the columns what the sums of the channels stand for. @param sums local with their address */
export function columnsOfSums(sums: number, columns: readonly number[], free: number): Code {
  const parts = locals(0, 6).map((part) => locals(free + 5 * part, 5));
  const inner = parts.map((part, i) => {
    const words = locals(0, 6).map((j) => load(sums, DOUBLE * (6 * i + j)));
    return five(words).map((column, j) => set(part[j]!, column));
  });
  const outer = locals(0, 5).map((j) => five(parts.map((part) => get(part[j]!))));
  const increase = outer.map((blocks, j) =>
    blocks.map((block, i) => set(columns[3 * i + j]!, add(get(columns[3 * i + j]!), block))),
  );
  return [inner, increase];
}

const [left, right, count, to, leftAt, rightAt, rest] = [0, 1, 2, 3, 4, 5, 6] as const;
const FIRST_FREE = 7;
const advance = (local: number, by: number): Code => set(local, add32(get(local), constant32(by)));

/** Does something for each pair of elements. */
const forEachPair = (body: Code): Code => [
  [set(leftAt, get(left)), set(rightAt, get(right)), set(rest, get(count))],
  forever([
    body,
    [advance(leftAt, ELEMENT_BYTES), advance(rightAt, ELEMENT_BYTES), advance(rest, -1)],
    leaveWhenZero(rest),
  ]),
];

const sumChannels = { name: 'sumChannels', parameters: 4, counters: 3 } as const;

/** sumChannels(left, right, count, to): sums of the products of `count` elements side by side, by channel. */
export const sumChannelsByWord: WasmFunction = (() => {
  // as many at once as there are registers for
  const sums = locals(FIRST_FREE, 6);
  const body = locals(0, CHANNELS / sums.length).map((pass) => {
    const first = pass * sums.length;
    const add1 = (local: number, i: number) => {
      const at = WORD * (first + i);
      return set(local, add(get(local), multiply(load32(leftAt, at), load32(rightAt, at))));
    };
    return [
      sums.map((local) => set(local, constant(0n))),
      forEachPair(sums.map(add1)),
      sums.map((local, i) => store(to, DOUBLE * (first + i), get(local))),
    ];
  });
  return { ...sumChannels, words: sums.length, body };
})();

/** The same, two products at once. */
export const sumChannelsByVector: WasmFunction = (() => {
  const [a, b, ...sums] = locals(FIRST_FREE, 2 + CHANNELS / 2) as [number, number, ...number[]];
  const loaded = locals(0, CHANNELS / 4);
  const add4 = (i: number) => {
    const [low, high] = [sums[2 * i]!, sums[2 * i + 1]!];
    return [
      [set(a, loadVector(leftAt, 16 * i)), set(b, loadVector(rightAt, 16 * i))],
      set(low, addVectors(get(low), multiplyLow(get(a), get(b)))),
      set(high, addVectors(get(high), multiplyHigh(get(a), get(b)))),
    ];
  };
  // twice, as there are not registers for all sums
  const body = [
    forEachPair(loaded.slice(0, 5).map(add4)),
    forEachPair(loaded.slice(5).map(add4)),
    sums.map((local, i) => storeVector(to, 16 * i, get(local))),
  ];
  return { ...sumChannels, vectors: 2 + sums.length, body };
})();
