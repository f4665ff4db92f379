import { describe, expect, it } from '@jest/globals';
import { plantedBugs } from './planted-bugs.js';
import { type Outcome, simulate } from './world.js';

const LIMIT_MS = 600_000;

describe('a world', () => {
  it('happens the same way every time, alone or after others', async () => {
    const lives = async (seeds: readonly number[]) => {
      const hashes: Record<number, string> = {};
      for (const seed of seeds) hashes[seed] = (await simulate(seed)).hash;
      return hashes;
    };
    const once = await lives([11, 12, 13, 14, 15]);
    expect(await lives([15, 13, 11, 14, 12])).toEqual(once);
    expect(new Set(Object.values(once)).size).toBe(5);
  });
});

describe('a bug planted in the engine', () => {
  it.each(plantedBugs)(
    '$name is found, and its seed shows it again',
    async (bug) => {
      let found: Outcome | undefined;
      for (let seed = 1; seed <= 2_000 && !found?.broken; seed++) found = await simulate(seed, { bug });
      expect(found?.broken).toBeDefined();
      expect(await simulate(found!.seed, { bug })).toEqual(found);
      expect((await simulate(found!.seed)).broken).toBeUndefined();
    },
    LIMIT_MS,
  );
});
