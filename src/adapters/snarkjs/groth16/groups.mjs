import { ELEMENT, Q } from './kernel/limbs.mjs';

/** The two groups, as the kernel and as a proving key have them: bytes of a point here and there. */
export const GROUPS = {
  g1: { name: 'g1', coordinate: ELEMENT, point: 2 * ELEMENT, stored: 64 },
  g2: { name: 'g2', coordinate: 2 * ELEMENT, point: 4 * ELEMENT, stored: 128 },
};

/** The operations of one group on addresses. @param temporary room for eight coordinates of G2 */
export function groupOn(kernel, constants, { name, ...sizes }, temporary) {
  const field = name === 'g1' ? 'q' : 'q2';
  const operations = { name, ...sizes, one: constants.oneQ, zero: constants.zero };
  for (const operation of ['mul', 'sub', 'sum', 'square', 'isZero'])
    operations[operation] = kernel[`${field}_${operation}`];
  for (const operation of ['forward', 'backward', 'copy', 'negated'])
    operations[operation] = kernel[`${name}_${operation}`];
  operations.copyCoordinate = (from, to) => kernel.bytes.copyWithin(to, from, from + sizes.coordinate);
  operations.invert =
    name === 'g1' ? invertQ(kernel, constants, temporary) : invertQ2(kernel, constants, temporary);
  return operations;
}

/** By Fermat, four bits of the exponent at a time. @returns a function of (from, to) */
function invertQ(kernel, { oneQ }, temporary) {
  const digits = [...(Q - 2n).toString(16)].map((digit) => Number.parseInt(digit, 16));
  const power = (i) => temporary + i * ELEMENT;
  const out = power(16);
  return (from, to) => {
    kernel.bytes.copyWithin(power(0), oneQ, oneQ + ELEMENT);
    for (let i = 1; i < 16; i++) kernel.q_mul(power(i - 1), from, power(i));
    kernel.bytes.copyWithin(out, oneQ, oneQ + ELEMENT);
    for (const digit of digits) {
      for (let bit = 0; bit < 4; bit++) kernel.q_square(out, out);
      kernel.q_mul(out, power(digit), out);
    }
    kernel.bytes.copyWithin(to, out, out + ELEMENT);
  };
}

/** (a + bu)^-1 = (a - bu) / (a² + b²) */
function invertQ2(kernel, constants, temporary) {
  const invert = invertQ(kernel, constants, temporary);
  const [norm, square] = [17, 18].map((i) => temporary + i * ELEMENT);
  return (from, to) => {
    kernel.q_square(from, norm);
    kernel.q_square(from + ELEMENT, square);
    kernel.q_sum(norm, square, norm);
    invert(norm, norm);
    kernel.q_mul(from, norm, to);
    kernel.q_mul(from + ELEMENT, norm, square);
    kernel.q_sub(constants.zero, square, to + ELEMENT);
  };
}

/** bytes `groupOn` wants for itself */
export const TEMPORARY = 20 * ELEMENT;
