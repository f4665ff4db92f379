type Bytes = Uint8Array<ArrayBuffer>;

/** The little of WebAssembly that is needed; browsers and Node have it, their common types do not. */
interface WebAssemblyApi {
  readonly validate: (bytes: Bytes) => boolean;
  readonly Module: new (bytes: Bytes) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

const api = () => (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

/** @throws Error where WebAssembly is missing */
export const isValid = (module: Bytes): boolean => api().validate(module);

/** What a module exports. @throws Error where WebAssembly is missing or forbidden, or lacks an instruction */
export function instanceOf<Exports extends object>(module: Bytes): Exports {
  const { Module, Instance } = api();
  return new Instance(new Module(module)).exports as Exports;
}

/** A plain number in a module's memory: four words of 64 bits, see words.ts. @param number below 2^256 */
export function writeNumber(view: DataView, at: number, number: bigint): void {
  // not in a loop, where it takes twice the time
  view.setBigUint64(at, BigInt.asUintN(64, number), true);
  view.setBigUint64(at + 8, BigInt.asUintN(64, number >> 64n), true);
  view.setBigUint64(at + 16, BigInt.asUintN(64, number >> 128n), true);
  view.setBigUint64(at + 24, BigInt.asUintN(64, number >> 192n), true);
}

export function readNumber(view: DataView, at: number): bigint {
  const word = (i: number) => view.getBigUint64(at + 8 * i, true);
  return (((word(3) << 64n) | word(2)) << 128n) | (word(1) << 64n) | word(0);
}
