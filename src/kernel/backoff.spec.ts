import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs, DEFAULT_RETRY } from './backoff.js';

it.each([
  [1, 0, 500],
  [1, 0.5, 750],
  [2, 0, 1_000],
  [3, 0, 2_000],
  [6, 0, 15_000],
  [20, 0, 15_000],
])('after attempt %i (random %d) waits %i ms', (attempt, random, wait) =>
  expect(backoffMs(DEFAULT_RETRY, attempt, random)).toBe(wait),
);

it('is whole milliseconds between half of the delay and all of it, never above the cap', () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.record({
        maxAttempts: fc.constant(20),
        initialMs: fc.nat({ max: 5_000 }),
        multiplier: fc.double({ min: 1, max: 10, noNaN: true }),
        maxMs: fc.nat({ max: 60_000 }),
      }),
      (attempt, random, policy) => {
        const wait = backoffMs(policy, attempt, random);
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeLessThanOrEqual(policy.maxMs);
        expect(wait).toBeGreaterThanOrEqual(Math.floor(Math.min(policy.initialMs, policy.maxMs) / 2));
      },
    ),
  ));
