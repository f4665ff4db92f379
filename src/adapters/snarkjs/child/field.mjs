/** Arithmetic in the scalar field of BN254, on plain bigints. */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

export const mod = (a) => {
  const m = a % R;
  return m < 0n ? m + R : m;
};

export function pow(base, exponent) {
  let out = 1n;
  let square = mod(base);
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) out = (out * square) % R;
    square = (square * square) % R;
  }
  return out;
}

export const inverse = (a) => pow(a, R - 2n);

/** Montgomery's trick: one inversion for all. */
export function inverses(values) {
  const before = new Array(values.length);
  let product = 1n;
  values.forEach((value, i) => {
    before[i] = product;
    product = (product * value) % R;
  });
  let rest = inverse(product);
  const out = new Array(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    out[i] = (rest * before[i]) % R;
    rest = (rest * values[i]) % R;
  }
  return out;
}

/** A root of unity of order 2^bits; 5 generates the multiplicative group, whose order 2^28 divides. */
export const rootOfUnity = (bits) => pow(5n, (R - 1n) >> BigInt(bits));

export function littleEndian(value) {
  const bytes = new Uint8Array(32);
  let rest = value;
  for (let i = 0; i < 32; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

export const fromLittleEndian = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
