import build from 'wasmcurves/build/bn128_wasm.js';

/** What is used of the compiled curve; every argument is an address. Points are Jacobian, in Montgomery form. */
interface Bn254 {
  g1m_toMontgomeryAffine(from: number, to: number): void;
  g1m_toJacobian(from: number, to: number): void;
  g1m_toAffine(from: number, to: number): void;
  g1m_normalize(from: number, to: number): void;
  g1m_inCurveAffine(point: number): number;
  g1m_timesScalar(point: number, scalar: number, bytes: number, to: number): void;
  g1m_multiexpAffine(points: number, scalars: number, bytes: number, count: number, to: number): void;
  g1m_neg(from: number, to: number): void;
  f2m_one(to: number): void;
  f2m_toMontgomery(from: number, to: number): void;
  f2m_conjugate(from: number, to: number): void;
  f2m_exp(base: number, exponent: number, bytes: number, to: number): void;
  f2m_mul(a: number, b: number, to: number): void;
  /** @param b of the field with q members */
  f2m_mul1(a: number, b: number, to: number): void;
  g2m_toMontgomeryAffine(from: number, to: number): void;
  g2m_toJacobian(from: number, to: number): void;
  g2m_inCurveAffine(point: number): number;
  g2m_timesScalar(point: number, scalar: number, bytes: number, to: number): void;
  g2m_add(a: number, b: number, to: number): void;
  g2m_double(from: number, to: number): void;
  g2m_eq(a: number, b: number): number;
  ftm_one(to: number): void;
  ftm_copy(from: number, to: number): void;
  ftm_mul(a: number, b: number, to: number): void;
  ftm_square(from: number, to: number): void;
  ftm_isOne(value: number): number;
  bn128_prepareG1(point: number, to: number): void;
  bn128_prepareG2(point: number, to: number): void;
  bn128_millerLoop(p: number, q: number, to: number): void;
  /** @param value multiplied, in its place, by a line whose coefficients are given */
  bn128__mulBy024(line: number, vw: number, vv: number, value: number): void;
  bn128_finalExponentiation(from: number, to: number): void;
}

/** The part of WebAssembly used here; TypeScript knows it only where there is a browser. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    compile(code: Uint8Array): Promise<object>;
    readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
    readonly Memory: new (size: { initial: number }) => Memory;
  };
};

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export const SIZE = {
  scalar: 32,
  /** an element of the field with q^2 members */
  f2: 64,
  affineG1: 64,
  g1: 96,
  affineG2: 128,
  g2: 192,
  /** an element of the field with q^12 members */
  ft: 384,
  preparedG1: build.prePSize,
  preparedG2: build.preQSize,
} as const;

const PAGE = 65_536;
/** what the module's own constants and scratch space take */
const FIRST_PAGES = 25;

/**
 * An instance of the curve and its memory. Memory is taken in order and given back all at once, down to a mark; the
 * module keeps the first free address at address 0 and uses what is above it as its stack.
 */
export class Bn254Memory {
  private readonly memory: Memory;
  readonly curve: Bn254;

  private constructor(module: object) {
    this.memory = new WebAssembly.Memory({ initial: FIRST_PAGES });
    this.curve = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports as Bn254;
  }

  static async open(): Promise<Bn254Memory> {
    const code = Uint8Array.from(atob(build.code), (char) => char.charCodeAt(0));
    return new Bn254Memory(await WebAssembly.compile(code));
  }

  mark(): number {
    return new Uint32Array(this.memory.buffer)[0]!;
  }

  release(mark: number): void {
    new Uint32Array(this.memory.buffer)[0] = mark;
  }

  /** @returns the address of so many bytes, with room for the module's own work behind them */
  take(bytes: number): number {
    const start = (this.mark() + 7) & ~7;
    const missing = start + bytes + FIRST_PAGES * PAGE - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    this.release(start + bytes);
    return start;
  }

  /** Little-endian, 32 bytes. @param value below 2^256 */
  put(address: number, value: bigint): void {
    const view = new DataView(this.memory.buffer, address, SIZE.scalar);
    for (let i = 0, rest = value; i < SIZE.scalar; i += 8, rest >>= 64n) view.setBigUint64(i, rest, true);
  }

  putAll(address: number, values: readonly bigint[]): void {
    for (const [i, value] of values.entries()) this.put(address + i * SIZE.scalar, value);
  }
}
