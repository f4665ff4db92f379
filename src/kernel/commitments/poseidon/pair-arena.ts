import { FIELD } from '../field.js';
import { instanceOf, readNumber, writeNumber } from './instance.js';
import type { Memory } from './memory.js';
import { CONSTANT_BYTES, PAIR_BYTES, type PairArithmetic, pairModule } from './pair-module.js';
import { constantLimbs, PAIR_SHIFT, PAIR_TABLE, PAIR_TO_MONTGOMERY } from './pair-table.js';
import type { MultiplyAdd } from './pair-writer.js';
import { WORDS } from './words.js';

/** pages of 64 KB: all sixteen widths together take 0.65 MB */
export const PAGES = 11;
/** bytes of a vector: at a multiple of them, none is in two lines of the processor's cache */
const VECTOR = 16;

/** The memory in which pairs of elements live, and the arithmetic on them; as Arena, of which it is the counterpart. */
export class PairArena implements Memory {
  readonly elementBytes = PAIR_BYTES;
  readonly constantBytes = CONSTANT_BYTES;
  readonly math: PairArithmetic;
  private readonly view: DataView;
  private free: number;
  private readonly number: number;
  private readonly toMontgomery: number;

  /** @throws Error where the processor, or what runs WebAssembly on it, does not multiply and add with one rounding */
  constructor(multiplyAdd?: MultiplyAdd) {
    this.math = instanceOf<PairArithmetic>(pairModule(PAGES, multiplyAdd));
    this.view = new DataView(this.math.memory.buffer);
    PAIR_TABLE.forEach((word, i) => {
      this.view.setBigUint64(8 * i, word, true);
    });
    this.free = roundedUp(8 * PAIR_TABLE.length);
    this.number = this.allotBytes(8 * WORDS);
    this.toMontgomery = this.holdPlain([PAIR_TO_MONTGOMERY]);
    this.assertExact();
  }

  allot(count: number): number {
    return this.allotBytes(count * PAIR_BYTES);
  }

  hold(numbers: readonly bigint[]): number {
    return this.holdPlain(numbers.map((number) => (number << PAIR_SHIFT) % FIELD));
  }

  holdPlain(numbers: readonly bigint[]): number {
    const at = this.allotBytes(numbers.length * CONSTANT_BYTES);
    numbers.flatMap(constantLimbs).forEach((limb, i) => {
      this.view.setFloat64(at + 8 * i, limb, true);
    });
    return at;
  }

  write(words: readonly number[]): number {
    const at = this.allotBytes(4 * words.length);
    new Uint32Array(this.math.memory.buffer, at).set(words);
    return at;
  }

  /** Two numbers below 2^255. */
  put(one: bigint, other: bigint, at: number): void {
    const { math, view, number } = this;
    writeNumber(view, number, one);
    math.unpack(number, at);
    writeNumber(view, number, other);
    math.unpack(number, at + 8);
    math.dotProduct(this.toMontgomery, at, 1, at);
  }

  /** The two, not in Montgomery form. */
  readPlain(at: number): readonly [bigint, bigint] {
    return [this.readOne(at), this.readOne(at + 8)];
  }

  private readOne(at: number): bigint {
    this.math.pack(at, this.number);
    return readNumber(this.view, this.number) % FIELD;
  }

  private allotBytes(bytes: number): number {
    const at = this.free;
    this.free += roundedUp(bytes);
    if (this.free > this.view.byteLength) throw new RangeError('the memory of the hash is full');
    return at;
  }

  /** A product whose limbs are random is wrong almost for certain when it is rounded before something is added. */
  private assertExact(): void {
    const at = this.allot(1);
    const one = this.holdPlain([1n]);
    const numbers = [PAIR_TO_MONTGOMERY, FIELD - 2n] as const;
    this.put(...numbers, at);
    this.math.dotProduct(one, at, 1, at);
    if (this.readPlain(at).some((number, i) => number !== numbers[i]))
      throw new Error('products are rounded before anything is added to them');
  }
}

const roundedUp = (bytes: number): number => Math.ceil(bytes / VECTOR) * VECTOR;
