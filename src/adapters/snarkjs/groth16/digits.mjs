import { ELEMENT, LIMB_BITS, LIMBS } from './kernel/limbs.mjs';

/** a scalar or its negative is below 2^253, and a carry may go one bit further */
export const windowsOf = (bits) => Math.ceil(254 / bits);

/** limbs of 2^253 and more begin with at least this */
const LARGE = 1 << (253 - (LIMBS - 1) * LIMB_BITS);

/**
 * Signed digits of scalars: a digit above half a window becomes negative and carries, which halves the buckets. A
 * large scalar is taken as the negative of a small one: most of a witness is 0, 1 or -1.
 *
 * @param scalars {address, count}: canonical, plain limbs @param from,to of them
 * @param out Int16Array; the digit of scalar i in window w goes to w · count + i
 * @param temporary address of an element
 */
export function putDigits(kernel, constants, scalars, from, to, bits, out, temporary) {
  const { words } = kernel;
  const windows = windowsOf(bits);
  const [whole, half] = [1 << bits, 1 << (bits - 1)];
  for (let i = from; i < to; i++) {
    let at = scalars.address + i * ELEMENT;
    const isLarge = words[(at >>> 2) + LIMBS - 1] >= LARGE;
    if (isLarge) {
      kernel.r_sub(constants.zero, at, temporary);
      kernel.r_canonical(temporary, temporary);
      at = temporary;
    }
    const limbs = at >>> 2;
    let carry = 0;
    for (let window = 0, bit = 0; window < windows; window++, bit += bits) {
      const limb = Math.floor(bit / LIMB_BITS);
      const offset = bit - limb * LIMB_BITS;
      let value = words[limbs + limb] >>> offset;
      if (offset + bits > LIMB_BITS && limb + 1 < LIMBS)
        value |= words[limbs + limb + 1] << (LIMB_BITS - offset);
      value = (value & (whole - 1)) + carry;
      carry = value > half ? 1 : 0;
      if (carry) value -= whole;
      out[window * scalars.count + i] = isLarge ? -value : value;
    }
  }
}
