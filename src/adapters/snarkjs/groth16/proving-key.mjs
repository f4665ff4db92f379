import { Q, R } from './kernel/limbs.mjs';

/**
 * Reads a proving key as snarkjs writes it: .zkey, version 1, Groth16 over BN254. Coordinates are 32 bytes each,
 * little-endian, in Montgomery form with the factor 2^256; a point of zeros is the point at infinity.
 */
export function readProvingKey(bytes) {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString('latin1', 0, 4) !== 'zkey' || file.readUInt32LE(4) !== 1)
    throw new Error('not a proving key of version 1');
  const sections = new Map();
  for (let at = 12, n = file.readUInt32LE(8); n > 0; n--) {
    const length = Number(file.readBigUInt64LE(at + 4));
    if (at + 12 + length > file.length) throw new Error('the proving key is cut short');
    sections.set(file.readUInt32LE(at), file.subarray(at + 12, at + 12 + length));
    at += 12 + length;
  }
  const section = (id) => {
    const content = sections.get(id);
    if (!content) throw new Error(`the proving key has no section ${id}`);
    return content;
  };
  if (section(1).readUInt32LE(0) !== 1) throw new Error('the proving key is not one of Groth16');
  const header = section(2);
  if (numberAt(header, 4) !== Q || numberAt(header, 40) !== R)
    throw new Error('the proving key is not of BN254');
  const points = header.subarray(84);
  const [wires, publics, domain] = [72, 76, 80].map((at) => header.readUInt32LE(at));
  const key = {
    wires,
    publics,
    domain,
    alpha1: points.subarray(0, 64),
    beta1: points.subarray(64, 128),
    beta2: points.subarray(128, 256),
    gamma2: points.subarray(256, 384),
    delta1: points.subarray(384, 448),
    delta2: points.subarray(448, 576),
    ic: section(3),
    coefficients: section(4),
    /** bases; the scalar of the i-th is that of wire i, of `c` that of wire i + publics + 1 */
    bases: { a: section(5), b1: section(6), b2: section(7), c: section(8), h: section(9) },
  };
  const expected = {
    a: wires * 64,
    b1: wires * 64,
    b2: wires * 128,
    c: (wires - publics - 1) * 64,
    h: domain * 64,
  };
  for (const [name, length] of Object.entries(expected))
    if (key.bases[name].length !== length) throw new Error(`the proving key has ${name} of another length`);
  if (key.ic.length !== (publics + 1) * 64) throw new Error('the proving key has another number of signals');
  return key;
}

export const numberAt = (bytes, at) =>
  BigInt(
    `0x${Buffer.from(bytes.subarray(at, at + 32))
      .reverse()
      .toString('hex')}`,
  );

/** Coefficients of the rows of A and of B: {side, row, wire, value: 32 bytes as latin1}. */
export function* coefficientsOf({ coefficients }) {
  const count = coefficients.readUInt32LE(0);
  for (let i = 0, at = 4; i < count; i++, at += 44)
    yield {
      side: coefficients.readUInt32LE(at),
      row: coefficients.readUInt32LE(at + 4),
      wire: coefficients.readUInt32LE(at + 8),
      value: coefficients.latin1Slice(at + 12, at + 44),
    };
}
