import { rootOfUnity } from '../child/field.mjs';
import { putConstants } from './constants.mjs';
import { GROUPS } from './groups.mjs';
import { ELEMENT, FACTOR, putElement, R } from './kernel/limbs.mjs';

/** Puts into the shared memory what stays there for all proofs of a circuit. */
export function fill(kernel, plan, key, rows, temporary) {
  const constants = putConstants(kernel.words, plan.constants);
  for (const [name, stored] of Object.entries(key.bases)) {
    const { group, address, scalars, kept } = plan.bases[name];
    kernel.words.set(name === 'c' ? kept.map((i) => i + key.publics + 1) : kept, scalars >>> 2);
    const { stored: size, point } = GROUPS[group];
    kept.forEach((index, i) => {
      const source = stored.subarray(index * size, (index + 1) * size);
      putPoint(kernel, constants, source, address + i * point, temporary);
    });
  }
  rows.values.forEach((value, i) => {
    const at = plan.coefficients + i * ELEMENT;
    kernel.bytes.set(Buffer.from(value, 'latin1'), temporary);
    kernel.r_unpack(temporary, at);
    kernel.r_mul(at, constants.fromKeyR, at);
    // subtracted, because a difference is what comes out reduced
    kernel.r_sub(constants.zero, at, at);
  });
  rows.sides.forEach(({ starts, terms }, side) => {
    kernel.words.set(starts, plan.sides[side].starts >>> 2);
    kernel.words.set(terms, plan.sides[side].terms >>> 2);
  });
  fillTransforms(kernel, plan, temporary);
}

/** From 32-byte coordinates in their Montgomery form. */
export function putPoint(kernel, constants, source, to, temporary) {
  kernel.bytes.set(source, temporary);
  for (let at = 0, out = to; at < source.length; at += 32, out += ELEMENT) {
    kernel.q_unpack(temporary + at, out);
    kernel.q_mul(out, constants.fromTheirsQ, out);
  }
}

/** Roots of unity, and what moves a polynomial to the odd half of a domain twice as large. */
function fillTransforms(kernel, { domain, roots, inverseRoots, shifts }, temporary) {
  const bits = Math.log2(domain);
  const powers = (base, first, count, place) => {
    const montgomery = (value) => (value * FACTOR) % R;
    putElement(kernel.words, temporary, montgomery(base));
    putElement(kernel.words, place(0), montgomery(first));
    for (let i = 1; i < count; i++) kernel.r_mul(place(i - 1), temporary, place(i));
  };
  const inOrder = (address) => (i) => address + i * ELEMENT;
  const root = rootOfUnity(bits);
  powers(root, 1n, domain / 2, inOrder(roots));
  powers(inverseMod(root), 1n, domain / 2, inOrder(inverseRoots));
  const reversed = (i) => shifts + reverse(i, bits) * ELEMENT;
  powers(rootOfUnity(bits + 1), inverseMod(BigInt(domain)), domain, reversed);
}

function inverseMod(value) {
  let [a, b, x, y] = [value % R, R, 1n, 0n];
  while (a > 1n) {
    const times = b / a;
    [a, b, x, y] = [b - times * a, a, y - times * x, x];
  }
  return ((x % R) + R) % R;
}

function reverse(value, bits) {
  let out = 0;
  for (let bit = 0; bit < bits; bit++) out |= ((value >>> bit) & 1) << (bits - 1 - bit);
  return out;
}
