import { Refusal } from '../errors.js';

/** The scalar field of BN254, in which every commitment lives. */
export const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** An element of the field as it stands in events and receipts: canonical decimal, below {@link FIELD}. */
export type FieldText = string;

const CANONICAL = /^(0|[1-9][0-9]{0,76})$/;

/** Bits that always fit one element; what is packed into one word must stay within it. */
export const WORD_BITS = 252;

/**
 * Hash libraries and pairing libraries reduce silently, so that `p + 1` means 1 to them. Nothing reaches them
 * without passing here.
 * @throws Refusal NOT_CANONICAL for anything but the one decimal form of an element
 */
export function parseField(text: unknown, name = 'value'): bigint {
  if (typeof text !== 'string' || !CANONICAL.test(text))
    throw new Refusal('NOT_CANONICAL', `${name} is not a canonical decimal number.`, { name });
  const value = BigInt(text);
  if (value >= FIELD) throw new Refusal('NOT_CANONICAL', `${name} is not below the field's order.`, { name });
  return value;
}

export const fieldText = (value: bigint): FieldText => value.toString();

/** @throws RangeError unless 0 ≤ value < 2^bits */
export function fits(value: bigint, bits: number, name: string): bigint {
  if (value < 0n || value >> BigInt(bits) !== 0n)
    throw new RangeError(`${name} does not fit ${bits} bits: ${value}`);
  return value;
}

/** Puts values of `bits` bits side by side, the first lowest, as many to a word as fit {@link WORD_BITS}. */
export function packWords(values: readonly bigint[], bits: number): bigint[] {
  const perWord = Math.floor(WORD_BITS / bits);
  const words: bigint[] = new Array<bigint>(Math.ceil(values.length / perWord)).fill(0n);
  values.forEach((value, i) => {
    if (value === 0n) return; // as most are: fifty steps have two thousand dependencies they might have
    fits(value, bits, `packed value ${i}`);
    words[Math.floor(i / perWord)]! |= value << BigInt(bits * (i % perWord));
  });
  return words;
}
