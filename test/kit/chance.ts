import { createHash } from 'node:crypto';
import type { Chance } from '../../src/ports/clock.js';

let drawn = 0;

/** Bytes that never repeat within a test run, and are no secret. */
export const sampleChance: Pick<Chance, 'bytes'> = {
  bytes: (length) =>
    new Uint8Array(createHash('sha256').update(`drawn ${++drawn}`).digest().subarray(0, length)),
};
