import { randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Chance } from '../../ports/clock.js';

const ulid = monotonicFactory();

export const systemChance: Chance = {
  random: () => Math.random(),
  bytes: (length) => new Uint8Array(randomBytes(length)),
  ulid: () => ulid(),
};
