import { randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Chance } from '../../ports/clock.js';

const ulid = monotonicFactory();

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

export const systemChance: Chance = {
  random: () => Math.random(),
  bytes,
  ulid: () => ulid(),
};
