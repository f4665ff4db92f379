import { locals } from './limbs.js';
import { and, type Code, constant, load, or, shiftLeft, shiftRight } from './wasm-assembler.js';

/** Plain numbers are four words of 64 bits, the lowest first. */
export const WORDS = 4;

/** Limb i of so many bits of the plain number at the address in a local. */
export function limbOfWords(address: number, i: number, bits: number): Code {
  const [word, shift] = [Math.floor((i * bits) / 64), (i * bits) % 64];
  const low = shiftRight(load(address, 8 * word), shift);
  const spans = shift + bits > 64 && word < WORDS - 1;
  const all = spans ? or(low, shiftLeft(load(address, 8 * (word + 1)), 64 - shift)) : low;
  return and(all, constant((1n << BigInt(bits)) - 1n));
}

/** A word of the plain number that these limbs make. */
export function wordOfLimbs(word: number, limbs: readonly Code[], bits: number): Code {
  const within = locals(0, limbs.length).filter(
    (i) => (i + 1) * bits > 64 * word && i * bits < 64 * (word + 1),
  );
  const parts = within.map((i) => {
    const shift = i * bits - 64 * word;
    return shift < 0 ? shiftRight(limbs[i]!, -shift) : shiftLeft(limbs[i]!, shift);
  });
  return parts.reduce((left, right) => or(left, right));
}
