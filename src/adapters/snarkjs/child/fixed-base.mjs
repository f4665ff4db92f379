import { littleEndian } from './field.mjs';

/** Multiplies one generator by many scalars, from a table of its multiples by every byte at every place. */
export function fixedBase(group) {
  const table = [];
  let base = group.g;
  for (let place = 0; place < 32; place++) {
    const row = [group.zero];
    for (let digit = 1; digit < 256; digit++) row.push(group.add(row[digit - 1], base));
    table.push(row.map((point) => group.toAffine(point)));
    for (let k = 0; k < 8; k++) base = group.double(base);
  }
  const size = group.F.n8 * 2;

  /** @returns affine points in Montgomery form, one after the other, as a proving key has them */
  return (scalars) => {
    const out = new Uint8Array(scalars.length * size);
    scalars.forEach((scalar, i) => {
      let sum = group.zero;
      littleEndian(scalar).forEach((digit, place) => {
        if (digit !== 0) sum = group.add(sum, table[place][digit]);
      });
      group.toRprLEM(out, i * size, group.toAffine(sum));
    });
    return out;
  };
}
