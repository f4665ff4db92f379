import { expect, it } from '@jest/globals';
import { manyWorlds } from './many-worlds.js';

const SEEDS = 1_000;
/** a minute on a quiet machine */
const LIMIT_MS = 1_800_000;

/** Half of the 2,000 seeds of `npm test`; the other half runs beside it. */
export const halfOfTheSeeds = (from: number): void =>
  it(
    `keeps every invariant, and ends, under each of ${SEEDS} seeds from ${from}, and spares no fault`,
    async () => {
      const { broken, ends, payments, neverMet, neverDone } = await manyWorlds(from, SEEDS);
      expect(broken).toEqual([]);
      // worlds in which nothing much happens would say little
      expect(ends).toEqual(['cancelled', 'completed', 'expired', 'failed']);
      expect(payments).toBeGreaterThan(SEEDS);
      expect(neverMet).toEqual([]);
      expect(neverDone).toEqual([]);
    },
    LIMIT_MS,
  );
