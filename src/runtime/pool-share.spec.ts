import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { poolShare } from './pool-share.js';

const sharing = (instances: readonly string[], pools = ['saga']) =>
  instances.map((instance) => ({ instance, pools }));

it('shares differ by one at most and add up to everything, whoever joins', () =>
  fc.assert(
    fc.property(fc.nat(64), fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 12 }), (total, names) => {
      const shares = names.map((name) => poolShare(total, 'saga', sharing(names), name));
      expect(shares.reduce((a, b) => a + b)).toBe(total);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 200 },
  ));

it('who joined first keeps what is left over: one thing to do stays where it is', () => {
  expect(
    ['ann', 'bob', 'eve'].map((name) => poolShare(1, 'saga', sharing(['ann', 'bob', 'eve']), name)),
  ).toEqual([1, 0, 0]);
});

it('members of other pools have no share, nor has a stranger', () => {
  const members = [...sharing(['ann'], ['relay']), ...sharing(['bob'])];
  expect(['ann', 'bob', 'eve'].map((name) => poolShare(16, 'saga', members, name))).toEqual([0, 16, 0]);
});
