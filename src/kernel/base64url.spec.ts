import { describe, expect, it } from '@jest/globals';
import { base64url, fromBase64url, portableBase64url } from './base64url.js';

describe('base64url', () => {
  it('is what Node writes and reads, for any number of bytes', () => {
    for (const length of [0, 1, 2, 3, 64, 8_191, 8_193, 300_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
      const text = Buffer.from(bytes).toString('base64url');
      expect([base64url(bytes), portableBase64url(bytes)]).toEqual([text, text]);
      expect(fromBase64url(text)).toEqual(bytes);
    }
  });

  it.each(['A', 'AB', 'AA==', 'A+', 'A/', 'A A', 'AAA\n', 'ä'])('%j is no such text', (text) =>
    expect(fromBase64url(text)).toBeUndefined(),
  );
});
