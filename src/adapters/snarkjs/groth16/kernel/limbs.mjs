/**
 * Field elements as nine limbs of 29 bits, one to a 32-bit word: eighteen products of two limbs fit into 64 bits, so
 * that a multiplication carries once, at its end. In Montgomery form the factor is 2^261.
 */
export const LIMBS = 9;
export const LIMB_BITS = 29;
export const ELEMENT = 4 * LIMBS;
export const MASK = (1n << BigInt(LIMB_BITS)) - 1n;
export const FACTOR = 1n << BigInt(LIMBS * LIMB_BITS);

/** of the coordinates of BN254's points, and of their scalars */
export const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

export const limbsOf = (value) =>
  Array.from({ length: LIMBS }, (_, i) => (value >> BigInt(i * LIMB_BITS)) & MASK);

/** @param words view of the memory, in 32-bit words; @param address in bytes */
export function putElement(words, address, value) {
  limbsOf(value).forEach((limb, i) => {
    words[(address >>> 2) + i] = Number(limb);
  });
}

export function elementAt(words, address) {
  let value = 0n;
  for (let i = LIMBS - 1; i >= 0; i--)
    value = (value << BigInt(LIMB_BITS)) | BigInt(words[(address >>> 2) + i]);
  return value;
}
