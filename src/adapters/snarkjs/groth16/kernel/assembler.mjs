/**
 * Writes WebAssembly modules: as much of the binary format as straight-line arithmetic and counted loops need.
 * Every parameter is an i32 (an address or a count), the one memory is imported and shared between threads.
 * https://webassembly.github.io/spec/core/binary
 */

/** Instructions are nested arrays of bytes; operands come first, as the stack wants them. */
export const get = (local) => [0x20, leb(local)];
export const set = (local, value) => [value, 0x21, leb(local)];
export const tee = (local, value) => [value, 0x22, leb(local)];

export const i32 = {
  const: (value) => [0x41, signedLeb(BigInt(value))],
  add: (a, b) => [a, b, 0x6a],
  sub: (a, b) => [a, b, 0x6b],
  eq: (a, b) => [a, b, 0x46],
  ltU: (a, b) => [a, b, 0x49],
  eqz: (a) => [a, 0x45],
  and: (a, b) => [a, b, 0x71],
  load: (address, offset = 0) => [address, 0x28, 2, leb(offset)],
};

export const i64 = {
  const: (value) => [0x42, signedLeb(BigInt(value))],
  add: (a, b) => [a, b, 0x7c],
  sub: (a, b) => [a, b, 0x7d],
  mul: (a, b) => [a, b, 0x7e],
  and: (a, b) => [a, b, 0x83],
  or: (a, b) => [a, b, 0x84],
  shl: (a, bits) => [a, i64.const(bits), 0x86],
  /** keeps the sign */
  shr: (a, bits) => [a, i64.const(bits), 0x87],
  shrU: (a, bits) => [a, i64.const(bits), 0x88],
  eqz: (a) => [a, 0x50],
  eq: (a, b) => [a, b, 0x51],
  xor: (a, b) => [a, b, 0x85],
  load: (address, offset = 0) => [address, 0x29, 3, leb(offset)],
  /** 32 bits from memory, none of them a sign */
  load32: (address, offset = 0) => [address, 0x35, 2, leb(offset)],
  store: (address, offset, value) => [address, value, 0x37, 3, leb(offset)],
  store32: (address, offset, value) => [address, value, 0x3e, 2, leb(offset)],
};

export const when = (condition, then) => [condition, 0x04, 0x40, then, 0x0b];
/** runs the body, then again as long as the condition holds */
export const repeat = (body, whilst) => [0x03, 0x40, body, whilst, 0x0d, 0, 0x0b];
export const giveBack = (value) => [value, 0x0f];

/** the address that was imported as `scratch`: every thread has its own */
export const scratch = (offset) => i32.add([0x23, 0], i32.const(offset));

const I32 = 0x7f;
const I64 = 0x7e;

/**
 * @param functions {name, params, result, locals: {i32, i64}, body}; body gets `call(name, ...arguments)` and is
 * numbered params first, then the i32 locals, then the i64 ones
 * @param pages of memory, the same number as the memory that is given to the instance
 */
export function assemble(functions, pages) {
  const indices = new Map(functions.map(({ name }, i) => [name, i]));
  const call = (name, ...given) => {
    const index = indices.get(name);
    if (index === undefined) throw new Error(`there is no function ${name}`);
    return [given, 0x10, leb(index)];
  };
  const types = functions.map(({ params, result }) => [
    0x60,
    vector(new Array(params).fill(I32)),
    vector(result ? [I32] : []),
  ]);
  const codes = functions.map(({ locals = {}, body }) => {
    const declared = [
      [locals.i32 ?? 0, I32],
      [locals.i64 ?? 0, I64],
    ].map(([count, type]) => [leb(count), type]);
    const code = [vector(declared), body(call), 0x0b].flat(Number.POSITIVE_INFINITY);
    return [leb(code.length), code];
  });
  const imported = [
    [name('env'), name('memory'), 0x02, 0x03, leb(pages), leb(pages)],
    [name('env'), name('scratch'), 0x03, I32, 0x00],
  ];
  const exported = functions.map((each, i) => [name(each.name), 0x00, leb(i)]);
  return Uint8Array.from(
    [
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(1, types),
      section(2, imported),
      section(
        3,
        functions.map((_, i) => leb(i)),
      ),
      section(7, exported),
      section(10, codes),
    ].flat(Number.POSITIVE_INFINITY),
  );
}

function section(id, entries) {
  const content = vector(entries).flat(Number.POSITIVE_INFINITY);
  return [id, leb(content.length), content];
}

const vector = (entries) => [leb(entries.length), entries];
const name = (text) => vector([...new TextEncoder().encode(text)]);

function leb(value) {
  const out = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  return [...out, rest];
}

function signedLeb(value) {
  const out = [];
  for (let rest = value; ; ) {
    const byte = Number(BigInt.asUintN(7, rest));
    rest >>= 7n;
    if ((rest === 0n && byte < 64) || (rest === -1n && byte >= 64)) return [...out, byte];
    out.push(byte | 0x80);
  }
}
