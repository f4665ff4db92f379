import { BatchAddition } from './batch-addition.mjs';
import { putConstants } from './constants.mjs';
import { putDigits } from './digits.mjs';
import { GROUPS, groupOn } from './groups.mjs';
import { ELEMENT } from './kernel/limbs.mjs';
import { windowSums } from './window-sums.mjs';

/** What a thread can do of a proof. Everything is read from and left in the shared memory, but for sums of points. */
export function tasksOn(kernel, plan, index) {
  const constants = putConstants(kernel.words, plan.constants);
  const { temporary, rooms, slots } = plan.threads[index];
  const additions = {};
  for (const group of Object.values(GROUPS))
    additions[group.name] = new BatchAddition(
      kernel,
      groupOn(kernel, constants, group, temporary),
      rooms[group.name],
    );
  const [a, b, c] = plan.polynomials;
  const { domain } = plan;

  return {
    /** evaluates rows of A or B at the witness */
    rows({ side, from, to }) {
      const starts = new Uint32Array(kernel.memory.buffer, plan.sides[side].starts, domain + 1);
      const terms = new Uint32Array(kernel.memory.buffer, plan.sides[side].terms, 2 * starts[domain]);
      const out = plan.polynomials[side];
      const witness = plan.scalars.witness.address;
      for (let row = from, at = out + from * ELEMENT; row < to; row++, at += ELEMENT) {
        kernel.bytes.fill(0, at, at + ELEMENT);
        for (let term = 2 * starts[row]; term < 2 * starts[row + 1]; term += 2) {
          const coefficient = plan.coefficients + terms[term] * ELEMENT;
          kernel.r_mul(coefficient, witness + terms[term + 1] * ELEMENT, temporary);
          kernel.r_sub(at, temporary, at);
        }
      }
    },

    /** C on the domain: the witness satisfies the circuit, so it is the product of A and B */
    products({ from, to }) {
      for (let i = from * ELEMENT; i < to * ELEMENT; i += ELEMENT) {
        kernel.r_mul(a + i, b + i, c + i);
        kernel.r_mul(c + i, constants.twoFactorsR, c + i);
      }
    },

    /** from values on the domain to values on its odd shift */
    transform({ polynomial }) {
      const at = plan.polynomials[polynomial];
      for (let length = domain; length > 1; length >>= 1)
        butterflies(kernel.r_apart, at, domain, length, plan.inverseRoots);
      kernel.r_scale(at, at, domain, plan.shifts, ELEMENT);
      for (let length = 2; length <= domain; length *= 2)
        butterflies(kernel.r_together, at, domain, length, plan.roots);
    },

    /** A · B - C there, in the place of C: the scalars of H */
    quotient({ from, to }) {
      for (let i = from * ELEMENT; i < to * ELEMENT; i += ELEMENT) {
        kernel.r_mul(a + i, b + i, temporary);
        kernel.r_mul(temporary, constants.twoFactorsR, temporary);
        kernel.r_sub(temporary, c + i, temporary);
        kernel.r_canonical(temporary, c + i);
      }
    },

    digits({ scalars, from, to }) {
      const given = plan.scalars[scalars];
      const out = new Int16Array(kernel.memory.buffer, given.digits);
      putDigits(kernel, constants, given, from, to, given.bits, out, temporary);
    },

    /** @returns the points `weigh` wants, as wasmcurves has them; undefined for infinity */
    window({ base, window }) {
      const points = plan.bases[base];
      const { digits, count, bits } = plan.scalars[base === 'h' ? 'quotient' : 'witness'];
      const ours = new Int16Array(kernel.memory.buffer, digits + 2 * window * count, count);
      const index = new Uint32Array(kernel.memory.buffer, points.scalars, points.count);
      const sums = windowSums(additions[points.group], points, (i) => ours[index[i]], bits, slots);
      const { point } = GROUPS[points.group];
      return sums.map((at) => (at === 0 ? undefined : exported(kernel, constants, at, point, temporary)));
    },
  };
}

function butterflies(butterfly, at, domain, length, roots) {
  const [half, step] = [(length / 2) * ELEMENT, ELEMENT * (domain / length)];
  for (let block = 0; block < domain * ELEMENT; block += 2 * half)
    butterfly(at + block, at + block + half, length / 2, roots, step);
}

/** 32-byte coordinates with the factor 2^256 */
export function exported(kernel, constants, point, size, temporary) {
  const out = new Uint8Array((size / ELEMENT) * 32);
  const bytes = temporary + 2 * ELEMENT;
  for (let i = 0; i < size / ELEMENT; i++) {
    kernel.q_mul(point + i * ELEMENT, constants.toTheirsQ, temporary);
    kernel.q_canonical(temporary, temporary);
    kernel.q_pack(temporary, bytes);
    out.set(kernel.bytes.subarray(bytes, bytes + 32), 32 * i);
  }
  return out;
}
