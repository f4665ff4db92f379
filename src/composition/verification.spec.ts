import { describe, expect, it } from '@jest/globals';
import { inTurns } from './verification.js';

describe('what threads found that took every n-th document each', () => {
  it.each([
    [[[]], []],
    [[['a', 'b', 'c']], ['a', 'b', 'c']],
    [
      [
        ['a', 'c', 'e'],
        ['b', 'd'],
      ],
      ['a', 'b', 'c', 'd', 'e'],
    ],
    [[['a'], [], []], ['a']],
  ])('%j comes back in the order it was sent', (parts, wanted) => {
    expect(inTurns<string>(parts)).toEqual(wanted);
  });
});
