import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { plantedBugs } from './planted-bugs.js';
import { simulate } from './world.js';

const LIMIT_MS = 600_000;

/** The table of docs/bugs-found.md, which `npm run test:simulation -- --bugs` makes. */
const TABLE = readFileSync(new URL('../../docs/bugs-found.md', import.meta.url), 'utf8');
const ROW = /^\| `([a-z-]+)` \| .* \| (\d+) \| (I\d+|limits) \|$/gm;
const onRecord = new Map(
  [...TABLE.matchAll(ROW)].map(([, name, seed, rule]) => [name!, { seed: Number(seed), rule: rule! }]),
);

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
  it('is on record, with the seed that shows it', () =>
    expect([...onRecord.keys()]).toEqual(plantedBugs.map(({ name }) => name)));

  it.each(plantedBugs)(
    '$name is found under its seed, again, and not without it',
    async (bug) => {
      const { seed, rule } = onRecord.get(bug.name)!;
      expect(seed).toBeLessThanOrEqual(2_000);
      const found = await simulate(seed, { bug });
      expect(found.broken?.rule).toBe(rule);
      expect(await simulate(seed, { bug })).toEqual(found);
      expect((await simulate(seed)).broken).toBeUndefined();
    },
    LIMIT_MS,
  );
});
