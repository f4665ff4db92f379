/** Just enough of the WebAssembly binary format (core specification, chapter 5) to write straight arithmetic. */
export type Code = readonly (number | Code)[];

/** An exported function of 32-bit parameters, without a result. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  /** locals after the parameters: so many of 32 bits, then so many of 64, then so many of 128 */
  readonly counters?: number;
  readonly words?: number;
  readonly vectors?: number;
  readonly body: Code;
}

const I32 = 0x7f;
const I64 = 0x7e;
const V128 = 0x7b;
const NO_RESULT = 0x40;

function signed(value: bigint): number[] {
  const byte = Number(BigInt.asUintN(7, value));
  const rest = value >> 7n;
  const done = (rest === 0n && byte < 64) || (rest === -1n && byte >= 64);
  return done ? [byte] : [byte | 128, ...signed(rest)];
}

const unsigned = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)];

export const constant32 = (value: number): Code => [0x41, signed(BigInt(value))];
export const add32 = (left: Code, right: Code): Code => [left, right, 0x6a];
export const subtract32 = (left: Code, right: Code): Code => [left, right, 0x6b];
export const multiply32 = (left: Code, right: Code): Code => [left, right, 0x6c];
/** The lesser of two locals. */
export const least32 = (left: number, right: number): Code => {
  const both = [get(left), get(right)];
  return [both, both, 0x49, 0x1b];
};

export const constant = (value: bigint): Code => [0x42, signed(value)];
export const add = (left: Code, right: Code): Code => [left, right, 0x7c];
export const subtract = (left: Code, right: Code): Code => [left, right, 0x7d];
export const multiply = (left: Code, right: Code): Code => [left, right, 0x7e];
export const and = (left: Code, right: Code): Code => [left, right, 0x83];
export const or = (left: Code, right: Code): Code => [left, right, 0x84];
export const shiftLeft = (value: Code, bits: number): Code => [value, constant(BigInt(bits)), 0x86];
export const shiftRight = (value: Code, bits: number): Code => [value, constant(BigInt(bits)), 0x88];

export const shiftRightSigned = (value: Code, bits: number): Code => [value, constant(BigInt(bits)), 0x87];

/** Two words of 64 bits: their sums, and the products of the lower or the higher two of four words of 32. */
const vector = (operation: number): Code => [0xfd, unsigned(operation)];
export const addVectors = (left: Code, right: Code): Code => [left, right, vector(0xce)];
export const multiplyLow = (left: Code, right: Code): Code => [left, right, vector(0xde)];
export const multiplyHigh = (left: Code, right: Code): Code => [left, right, vector(0xdf)];

/** The same of two words as integers. */
export const andVectors = (left: Code, right: Code): Code => [left, right, vector(0x4e)];
export const shiftVectorLeft = (value: Code, bits: number): Code => [value, constant32(bits), vector(0xcb)];
export const shiftVectorRight = (value: Code, bits: number): Code => [value, constant32(bits), vector(0xcd)];

/** Of two doubles. Relaxed: on a processor that cannot fuse them, the product is rounded before the sum is. */
export const addDoubles = (left: Code, right: Code): Code => [left, right, vector(0xf0)];
export const multiplyDoubles = (left: Code, right: Code): Code => [left, right, vector(0xf2)];
export const subtractDoubles = (left: Code, right: Code): Code => [left, right, vector(0xf1)];
export const multiplyAddDoubles = (left: Code, right: Code, added: Code): Code => [
  [left, right, added],
  vector(0x107),
];

export const toDouble = (word: Code): Code => [word, 0xb9];
export const fromDouble = (double: Code): Code => [double, 0xb0];

/** Memory, at the address in a local and so many bytes on. */
export const load = (address: number, offset: number): Code => [get(address), 0x29, 3, unsigned(offset)];
export const load32 = (address: number, offset: number): Code => [get(address), 0x35, 2, unsigned(offset)];
export const loadVector = (address: number, offset: number): Code => [
  get(address),
  vector(0),
  2,
  unsigned(offset),
];
/** A word of 64 bits in both halves of a vector. */
export const loadTwice = (address: number, offset: number): Code => [
  get(address),
  vector(0x0a),
  3,
  unsigned(offset),
];
/** The same from a fixed address. */
export const loadTwiceFrom = (address: number): Code => [constant32(0), vector(0x0a), 3, unsigned(address)];
export const loadDouble = (address: number, offset: number): Code => [
  get(address),
  0x2b,
  3,
  unsigned(offset),
];
export const loadCounter = (address: number, offset: number): Code => [
  get(address),
  0x28,
  2,
  unsigned(offset),
];
export const store = (address: number, offset: number, value: Code): Code => [
  get(address),
  value,
  0x37,
  3,
  unsigned(offset),
];
export const store32 = (address: number, offset: number, value: Code): Code => [
  get(address),
  value,
  0x3e,
  2,
  unsigned(offset),
];

export const storeDouble = (address: number, offset: number, value: Code): Code => [
  get(address),
  value,
  0x39,
  3,
  unsigned(offset),
];
export const storeVector = (address: number, offset: number, value: Code): Code => [
  get(address),
  value,
  vector(0x0b),
  2,
  unsigned(offset),
];

/** Runs `body` again and again, until {@link leaveWhenZero} in it. */
export const forever = (body: Code): Code => [0x02, NO_RESULT, 0x03, NO_RESULT, body, 0x0c, 0, 0x0b, 0x0b];
export const leaveWhenZero = (local: number): Code => [get(local), 0x45, 0x0d, 1];
export const whenZero = (local: number, body: Code, otherwise: Code): Code => [
  [get(local), 0x45, 0x04, NO_RESULT],
  [body, 0x05, otherwise, 0x0b],
];
/** @param callee its place among the module's functions */
export const call = (callee: number, parameters: readonly Code[]): Code => [
  parameters,
  0x10,
  unsigned(callee),
];

const list = (items: readonly Code[]): Code => [unsigned(items.length), ...items];
const name = (text: string): Code => list([...text].map((letter) => [letter.charCodeAt(0)]));

function sized(content: Code): Code {
  const bytes = flat(content);
  return [unsigned(bytes.length), bytes];
}

function flat(code: Code, bytes: number[] = []): number[] {
  for (const part of code)
    if (typeof part === 'number') bytes.push(part);
    else flat(part, bytes);
  return bytes;
}

/** A module of these functions and a memory of so many pages, exported as `memory`. */
export function wasmModule(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const section = (id: number, items: readonly Code[]): Code => [id, sized(list(items))];
  const code = ({ counters = 0, words = 0, vectors = 0, body }: WasmFunction): Code =>
    sized([
      list(
        [[counters, I32] as const, [words, I64] as const, [vectors, V128] as const].flatMap(
          ([count, type]) => (count > 0 ? [[unsigned(count), type]] : []),
        ),
      ),
      body,
      0x0b,
    ]);
  const type = ({ parameters }: WasmFunction): Code => [
    0x60,
    list(Array.from({ length: parameters }, () => [I32])),
    0,
  ];
  return Uint8Array.from(
    flat([
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, functions.map(type)),
      section(
        3,
        functions.map((_, i) => [unsigned(i)]),
      ),
      section(5, [[0, unsigned(pages)]]),
      section(7, [
        [name('memory'), 2, 0],
        ...functions.map((each, i): Code => [name(each.name), 0, unsigned(i)]),
      ]),
      section(10, functions.map(code)),
    ]),
  );
}
