import { describe, expect, it } from '@jest/globals';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as portable, sha512 } from '@noble/hashes/sha2.js';
import { fromHex, hex } from './hex.js';
import { type Hashed, hmacSha512Hex, sha256, sha256Hex, utf8 } from './sha2.js';

const filled = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 256);
const bytesOf = (part: Hashed) => (typeof part === 'string' ? utf8(part) : part);
/** characters of one to four bytes */
const TEXT = 'aé€😀';

describe('SHA-256', () => {
  const lengths = [0, 1, 32, 55, 56, 64, 341, 342, 1023, 1024, 1025, 5000];

  it.each(lengths)('of %i bytes is the portable one, in one part and in several', (length) => {
    const bytes = filled(length);
    const expected = portable(bytes);
    expect(sha256(bytes)).toEqual(expected);
    expect(sha256Hex(bytes)).toBe(hex(expected));
    for (const at of [0, 1, length >> 1, length])
      expect(sha256(bytes.subarray(0, at), new Uint8Array(0), bytes.subarray(at))).toEqual(expected);
  });

  it.each([0, 1, 85, 86, 256, 2000])('of text is that of its UTF-8 (%i times four characters)', (times) => {
    const text = TEXT.repeat(times);
    for (const parts of [[text], ['x', text], [filled(3), text, filled(40), text]] as Hashed[][]) {
      const whole = Buffer.concat(parts.map(bytesOf));
      expect(sha256(...parts)).toEqual(portable(whole));
      expect(sha256Hex(...parts)).toBe(hex(portable(whole)));
    }
  });

  it('is not overwritten by the next one', () => {
    const first = sha256('a', 'b');
    const kept = first.slice();
    sha256('c', 'd');
    expect(first).toEqual(kept);
  });
});

describe('HMAC with SHA-512', () => {
  const messages = [
    '',
    'salt/plan',
    TEXT,
    TEXT.repeat(74),
    TEXT.repeat(75),
    'x'.repeat(298),
    'x'.repeat(4000),
  ];

  it.each([0, 1, 32, 64, 127, 128, 129, 300])('is the portable one for a key of %i bytes', (length) => {
    const key = filled(length);
    for (const message of messages)
      expect(hmacSha512Hex(key, message)).toBe(hex(hmac(sha512, key, utf8(message))));
  });
});

describe('hexadecimal text', () => {
  it('is read as it was written, in either case', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(fromHex(hex(all))).toEqual(all);
    expect(fromHex(hex(all).toUpperCase())).toEqual(all);
    expect(fromHex('')).toEqual(new Uint8Array(0));
  });
});
