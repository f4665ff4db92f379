import { instanceOf, isValid, readNumber, writeNumber } from './instance.js';
import type { Memory } from './memory.js';
import {
  ELEMENT_BYTES,
  type MontgomeryArithmetic,
  montgomeryModule,
  SUMS_BYTES,
  TO_MONTGOMERY,
} from './montgomery.js';

/** pages of 64 KB: all sixteen widths together take 1.7 MB */
const PAGES = 28;

/** The memory in which elements live, and the arithmetic on it. Elements are handed about by address. */
export class Arena implements Memory {
  readonly elementBytes = ELEMENT_BYTES;
  readonly constantBytes = ELEMENT_BYTES;
  readonly math: MontgomeryArithmetic;
  private readonly view: DataView;
  private free = SUMS_BYTES;
  private readonly number = this.allot(1);
  private readonly scratch = this.allot(1);
  private readonly toMontgomery = this.allot(1);
  private readonly one = this.allot(1);

  /**
   * @param canUseVectors false to do without them also where there are, as there are not in older browsers
   * @throws Error where WebAssembly is missing or forbidden
   */
  constructor(canUseVectors = true) {
    const vectors = montgomeryModule(PAGES, true);
    const isVector = canUseVectors && isValid(vectors);
    this.math = instanceOf<MontgomeryArithmetic>(isVector ? vectors : montgomeryModule(PAGES, false));
    this.view = new DataView(this.math.memory.buffer);
    this.unpack(TO_MONTGOMERY, this.toMontgomery);
    this.unpack(1n, this.one);
  }

  /** Room for so many elements, all zero. @throws RangeError when the memory is full */
  allot(count: number): number {
    const at = this.free;
    this.free += count * ELEMENT_BYTES;
    if (this.free > PAGES * 65_536) throw new RangeError('the memory of the hash is full');
    return at;
  }

  /** @returns where they are, side by side */
  hold(numbers: readonly bigint[]): number {
    const at = this.allot(numbers.length);
    numbers.forEach((number, i) => {
      this.put(number, at + i * ELEMENT_BYTES);
    });
    return at;
  }

  /** As {@link hold} without the Montgomery form: a product with such a number has none either. */
  holdPlain(numbers: readonly bigint[]): number {
    const at = this.allot(numbers.length);
    numbers.forEach((number, i) => {
      this.unpack(number, at + i * ELEMENT_BYTES);
    });
    return at;
  }

  /** @param number below 2^256 */
  put(number: bigint, at: number): void {
    this.unpack(number, at);
    this.math.dotProduct(at, this.toMontgomery, 1, at);
  }

  /** Words of 32 bits. @returns where they are */
  write(words: readonly number[]): number {
    const at = this.allot(Math.ceil((4 * words.length) / ELEMENT_BYTES));
    new Uint32Array(this.math.memory.buffer, at).set(words);
    return at;
  }

  /** @returns the element as a number, which may be p for 0 */
  read(at: number): bigint {
    this.math.dotProduct(at, this.one, 1, this.scratch);
    return this.readPlain(this.scratch);
  }

  /** The same of one that is not in Montgomery form. */
  readPlain(at: number): bigint {
    const { math, view, number } = this;
    math.pack(at, number);
    return readNumber(view, number);
  }

  private unpack(number: bigint, at: number): void {
    writeNumber(this.view, this.number, number);
    this.math.unpack(this.number, at);
  }
}
