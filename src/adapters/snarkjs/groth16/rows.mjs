import { coefficientsOf } from './proving-key.mjs';

/**
 * The matrices A and B by rows. Few coefficients differ, so each stands once in a table and a term is an index into
 * it and a wire.
 * @returns {values: latin1[], sides: [{starts, terms}, …]}; terms of row i are those from starts[i] to starts[i+1]
 */
export function rowsOf(key) {
  const indices = new Map();
  const sides = [0, 1].map(() => ({ starts: new Uint32Array(key.domain + 1), terms: undefined }));
  for (const { side, row, value } of coefficientsOf(key)) {
    sides[side].starts[row + 1]++;
    if (!indices.has(value)) indices.set(value, indices.size);
  }
  for (const each of sides) {
    for (let row = 0; row < key.domain; row++) each.starts[row + 1] += each.starts[row];
    each.terms = new Uint32Array(2 * each.starts[key.domain]);
  }
  const next = sides.map(({ starts }) => starts.slice());
  for (const { side, row, wire, value } of coefficientsOf(key)) {
    const at = 2 * next[side][row]++;
    sides[side].terms[at] = indices.get(value);
    sides[side].terms[at + 1] = wire;
  }
  return { values: [...indices.keys()], sides };
}
