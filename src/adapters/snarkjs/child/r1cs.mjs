import { fromLittleEndian } from './field.mjs';

/**
 * Reads the binary constraint file of circom: header and a generator of constraints, each three linear
 * combinations as [wire, coefficient] pairs.
 * Format: github.com/iden3/r1csfile, version 1.
 */
export function readR1cs(bytes) {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString('latin1', 0, 4) !== 'r1cs') throw new Error('not a constraint file');
  const start = {};
  for (let at = 12, n = file.readUInt32LE(8); n > 0; n--) {
    start[file.readUInt32LE(at)] = at + 12;
    at += 12 + Number(file.readBigUInt64LE(at + 4));
  }
  const header = start[1] + 36;
  const wires = file.readUInt32LE(header);
  const publics = file.readUInt32LE(header + 4) + file.readUInt32LE(header + 8);
  const constraints = file.readUInt32LE(header + 24);
  // few coefficients differ, so each is parsed once
  const known = new Map();
  const coefficient = (at) => {
    const key = file.latin1Slice(at, at + 32);
    let value = known.get(key);
    if (value === undefined) {
      value = fromLittleEndian(file.subarray(at, at + 32));
      known.set(key, value);
    }
    return value;
  };
  function* each() {
    let at = start[2];
    for (let c = 0; c < constraints; c++) {
      const sides = [];
      for (let side = 0; side < 3; side++) {
        const terms = new Array(file.readUInt32LE(at));
        at += 4;
        for (let i = 0; i < terms.length; i++, at += 36)
          terms[i] = [file.readUInt32LE(at), coefficient(at + 4)];
        sides.push(terms);
      }
      yield sides;
    }
  }
  return { wires, publics, constraints, each };
}
