import { describe, expect, it } from '@jest/globals';
import { usdcFlag, wholeFlag } from './parse.js';

describe('an amount given by a flag', () => {
  it.each([
    ['5', 5],
    ['0.25', 0.25],
    ['0.000001', 0.000001],
    ['1000000', 1_000_000],
  ])('%s is taken', (text, value) => expect(usdcFlag(text)).toBe(value));

  it.each(['', '-1', '1e3', '0.0000001', '5 USDC', 'NaN', '1000001', '.5', '0x10'])('%j is refused', (text) =>
    expect(() => usdcFlag(text)).toThrow('Give an amount in USDC'),
  );
});

describe('a whole number given by a flag', () => {
  it('is taken at both bounds', () => expect(['0', '65535'].map(wholeFlag(0, 65_535))).toEqual([0, 65_535]));

  it.each(['', '-1', '65536', '1.5', 'port', '1e3'])('%j is refused', (text) =>
    expect(() => wholeFlag(0, 65_535)(text)).toThrow('from 0 to 65535'),
  );
});
