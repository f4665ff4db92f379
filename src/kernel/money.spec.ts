import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatUsdc, microsToUsdc, parseMicros, sumMicros, toMicros, usdcToMicros } from './money.js';

describe('an amount in an event', () => {
  it.each(['0', '1', '999999999999999999'])('%s is canonical', (text) =>
    expect(String(parseMicros(text))).toBe(text),
  );
  it.each(['', '00', '01', '-1', '+1', '1.0', '1e3', ' 1', '1\n', '٣', '0x10', '1000000000000000000'])(
    '%j is refused',
    (text) => expect(() => parseMicros(text)).toThrow(RangeError),
  );
});

describe('USDC as clients send it', () => {
  it.each([
    [0, 0n],
    [10.5, 10_500_000n],
    [0.000001, 1n],
    [0.1 + 0.2, 300_000n],
    [1e9, 1_000_000_000_000_000n],
    [123_456.789012, 123_456_789_012n],
  ])('%d is %d micro-USDC', (usdc, micros) => expect(usdcToMicros(usdc)).toBe(micros));
  it.each([-1, -0.000001, Number.NaN, Number.POSITIVE_INFINITY, 1e9 + 1, 0.0000001, 1.2345678])(
    '%d is refused',
    (usdc) => expect(() => usdcToMicros(usdc)).toThrow(RangeError),
  );
  it('comes back as it was sent', () =>
    fc.assert(
      fc.property(fc.bigInt(0n, 1_000_000_000n), (micros) =>
        expect(usdcToMicros(microsToUsdc(micros))).toBe(micros),
      ),
    ));
});

describe('money', () => {
  it('is never negative', () => expect(() => toMicros(-1n)).toThrow(RangeError));
  it('adds up', () => {
    expect(sumMicros([1n, 2n, 3n])).toBe(6n);
    expect(sumMicros([])).toBe(0n);
  });
  it.each([
    [0n, '0.00 USDC'],
    [1n, '0.000001 USDC'],
    [20_000n, '0.02 USDC'],
    [10_500_000n, '10.50 USDC'],
    [1_234_567n, '1.234567 USDC'],
  ])('%d reads as %s', (micros, text) => expect(formatUsdc(micros)).toBe(text));
});
