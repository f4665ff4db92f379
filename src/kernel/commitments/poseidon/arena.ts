import {
  ELEMENT_BYTES,
  type MontgomeryArithmetic,
  montgomeryModule,
  SUMS_BYTES,
  TO_MONTGOMERY,
} from './montgomery.js';

/** pages of 64 KB: all sixteen widths together take 1.7 MB */
const PAGES = 28;

/** The little of WebAssembly that is needed; browsers and Node have it, their common types do not. */
interface WebAssemblyApi {
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

/** The memory in which elements live, and the arithmetic on it. Elements are handed about by address. */
export class Arena {
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
    const { Module, Instance, validate } = (globalThis as unknown as { WebAssembly: WebAssemblyApi })
      .WebAssembly;
    const vectors = montgomeryModule(PAGES, true);
    const module = new Module(canUseVectors && validate(vectors) ? vectors : montgomeryModule(PAGES, false));
    this.math = new Instance(module).exports as MontgomeryArithmetic;
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
    const word = (i: number) => view.getBigUint64(number + 8 * i, true);
    return (((word(3) << 64n) | word(2)) << 128n) | (word(1) << 64n) | word(0);
  }

  private unpack(number: bigint, at: number): void {
    for (let i = 0; i < 4; i++)
      this.view.setBigUint64(this.number + 8 * i, BigInt.asUintN(64, number >> BigInt(64 * i)), true);
    this.math.unpack(this.number, at);
  }
}
