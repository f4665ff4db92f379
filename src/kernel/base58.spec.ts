import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromBase58, toBase58 } from './base58.js';

describe('base 58', () => {
  it.each([
    ['', ''],
    ['61', '2g'],
    ['626262', 'a3gV'],
    ['516b6fcd0f', 'ABnLTmg'],
    ['00000000000000000000', '1111111111'],
    ['00eb15231dfceb60925886b67d065299925915aeb172c06647', '1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L'],
  ])('%s is %s', (hex, text) => {
    expect(toBase58(Buffer.from(hex, 'hex'))).toBe(text);
    expect(Buffer.from(fromBase58(text)!).toString('hex')).toBe(hex);
  });

  it('gives back any bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect([...fromBase58(toBase58(bytes))!]).toEqual([...bytes]);
      }),
      { numRuns: 200 },
    ));

  it.each(['0', 'O', 'I', 'l', 'a b', 'ä', '1'.repeat(129)])('refuses %s', (text) =>
    expect(fromBase58(text)).toBeUndefined(),
  );
});
