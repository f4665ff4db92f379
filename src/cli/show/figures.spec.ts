import { describe, expect, it } from '@jest/globals';
import { amount, bytes, cut, duration, plainText, shortened, usdc } from './figures.js';

describe('figures for a person', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [9_940, '9.9 s'],
    [10_000, '10 s'],
    [99_400, '99 s'],
    [250_000, '4 min 10 s'],
  ])('say %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text));

  it('say money exactly, and what is not known as such', () => {
    expect(usdc('48000')).toBe('0.048 USDC');
    expect(usdc('1')).toBe('0.000001 USDC');
    expect(amount('5000000')).toBe('5.00');
    expect(usdc(null)).toBe('–');
  });

  it.each([
    [999, '999 B'],
    [1_602, '1.6 kB'],
    [2_500_000, '2.5 MB'],
  ])('say %d bytes as %s', (count, text) => expect(bytes(count)).toBe(text));

  it('keep both ends of what is shortened, and never more than asked for', () => {
    expect(shortened('abcdefghij', 5)).toBe('ab…ij');
    expect(shortened('abc', 5)).toBe('abc');
    expect(cut('abcdef', 4)).toBe('abc…');
  });

  it.each([
    ['an escape sequence', 'a\u001b[31mb', 'a [31mb'],
    ['line ends', 'a\r\nb', 'a b'],
    ['turned writing', 'a\u202eb', 'a b'],
  ])('take %s from the text of others', (_, text, plain) => expect(plainText(text)).toBe(plain));
});
