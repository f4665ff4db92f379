import { describe, expect, it } from '@jest/globals';
import { manyWorlds } from './many-worlds.js';

/** Half of the 2,000 seeds of `npm test`; the other half runs beside it. */
const FROM = 1_001;
const SEEDS = 1_000;
const LIMIT_MS = 600_000;

describe('T44 a world in which processes die, messages are lost, doubled and late, and services lie', () => {
  it(
    `keeps every invariant, and ends, under each of ${SEEDS} seeds from ${FROM}, and spares no fault`,
    async () => {
      const { broken, ends, payments, neverMet } = await manyWorlds(FROM, SEEDS);
      expect(broken).toEqual([]);
      // worlds in which nothing much happens would say little
      expect(ends).toEqual(['cancelled', 'completed', 'expired', 'failed']);
      expect(payments).toBeGreaterThan(SEEDS);
      expect(neverMet).toEqual([]);
    },
    LIMIT_MS,
  );
});
