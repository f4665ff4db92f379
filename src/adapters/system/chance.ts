import { randomBytes, randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Chance } from '../../ports/clock.js';

/** Random bytes drawn in advance: a draw costs a system call, whatever its length. Each byte is given out once. */
const POOL_BYTES = 4_096;
let pool = new Uint8Array(0);

function bytes(length: number): Uint8Array {
  if (length > POOL_BYTES) return new Uint8Array(randomBytes(length));
  if (pool.length < length) pool = new Uint8Array(randomBytes(POOL_BYTES));
  const drawn = pool.slice(0, length);
  pool.fill(0, 0, length);
  pool = pool.subarray(length);
  return drawn;
}

/** Letters of ids, a byte each: a byte has each of the 32 letters as often. */
const letters = new Uint8Array(POOL_BYTES);
let spent = POOL_BYTES;

function letter(): number {
  if (spent === POOL_BYTES) {
    randomFillSync(letters);
    spent = 0;
  }
  return letters[spent++]! / 256;
}

const ulid = monotonicFactory(letter);

export const systemChance: Chance = {
  random: () => Math.random(),
  bytes,
  ulid: () => ulid(),
};
