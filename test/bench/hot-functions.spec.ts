import { describe, expect, it } from '@jest/globals';
import { hotFunctions, hotPlaces } from '../../bench/hot-functions.mjs';

const frame = (functionName: string, url = '', lineNumber = 0) => ({ functionName, url, lineNumber });
const profile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 6, 7] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('submit', 'file:///opt/app/node_modules/pg/lib/query.js', 151), children: [4] },
    { id: 4, callFrame: frame('write', 'node:net', 9), children: [5] },
    { id: 5, callFrame: frame('writev') },
    { id: 6, callFrame: frame('evolve', 'file:///opt/app/dist/commands/workflow/evolve.js', 4) },
    { id: 7, callFrame: frame('post', 'file:///opt/app/bench/profiler.mjs', 1) },
  ],
  samples: [2, 5, 3, 6, 5, 7],
  timeDeltas: [500, 30, 10, 40, 20, 900],
};

describe('the functions of a profile', () => {
  it('stand by the time they took themselves, what the runtime did with who asked for it', () =>
    expect(hotFunctions(profile)).toEqual([
      { share: 50, name: 'writev  for submit node_modules/pg/lib/query.js:152' },
      { share: 40, name: 'evolve dist/commands/workflow/evolve.js:5' },
      { share: 10, name: 'submit node_modules/pg/lib/query.js:152' },
    ]));

  it('count as work only what is: neither idling nor the profiler', () => {
    const shares = hotFunctions(profile).map(({ share }) => share);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(100);
  });

  it('add up by package and by room', () =>
    expect(hotPlaces(profile)).toEqual([
      { share: 60, name: 'pg' },
      { share: 40, name: 'dist/commands/workflow' },
    ]));

  it('are no more than wanted', () => expect(hotFunctions(profile, 1)).toHaveLength(1));
});
