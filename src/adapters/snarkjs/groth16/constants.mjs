import { ELEMENT, FACTOR, putElement, Q, R } from './kernel/limbs.mjs';

/** Numbers the kernel is given as operands. wasmcurves and proving keys have Montgomery's factor 2^256, we 2^261. */
const VALUES = {
  zero: 0n,
  /** a product of two plain numbers lacks two factors */
  twoFactorsR: (FACTOR * FACTOR) % R,
  /** 1 in Montgomery form */
  oneQ: FACTOR % Q,
  /** times this is from their Montgomery form to ours, and back */
  fromTheirsQ: (FACTOR * FACTOR * inverse256(Q)) % Q,
  toTheirsQ: (1n << 256n) % Q,
  /** a coefficient of a proving key is multiplied by 2^512 */
  fromKeyR: (1n << 10n) % R,
};

/** bytes they take; an element of the extension follows `oneQ` and `zero` by itself */
export const CONSTANTS = (Object.keys(VALUES).length + 2) * 2 * ELEMENT;

/** @returns addresses by name; two elements lie at each, so that it serves as an element of the extension too */
export function putConstants(words, address) {
  const places = {};
  Object.entries(VALUES).forEach(([name, value], i) => {
    const at = address + i * 2 * ELEMENT;
    putElement(words, at, value);
    putElement(words, at + ELEMENT, 0n);
    places[name] = at;
  });
  return places;
}

function inverse256(prime) {
  // 2^-256, by halving: an odd number becomes even by adding the prime
  let value = 1n;
  for (let bit = 0; bit < 256; bit++) value = (value & 1n ? value + prime : value) >> 1n;
  return value;
}
