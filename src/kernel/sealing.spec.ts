import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isRefusal } from './errors.js';
import { type Sealed, sealedSchema } from './sealed.js';
import { open, seal } from './sealing.js';

const key = randomBytes(32);
const iv = randomBytes(12);
const text = Buffer.from('Zażółć 🧾');
const sealed = seal(text, key, 'user_1', 'wf_1/request', iv);

const refused = (act: () => unknown): string | undefined => {
  try {
    act();
  } catch (error) {
    return isRefusal(error) ? error.code : String(error);
  }
  return undefined;
};

const flipped = (base64: string, byte: number): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[byte]! ^= 1;
  return bytes.toString('base64');
};

describe('sealing', () => {
  it('gives back what was sealed', () => {
    expect(Buffer.from(open(sealed, key, 'wf_1/request'))).toEqual(text);
  });

  it('seals nothing and a megabyte alike', () => {
    for (const content of [new Uint8Array(), randomBytes(1024 * 1024)])
      expect(Buffer.from(open(seal(content, key, 'u', 'a', iv), key, 'a'))).toEqual(Buffer.from(content));
  });

  it('has the shape events carry', () => {
    expect(sealedSchema.parse(sealed)).toEqual(sealed);
  });

  it('shows nothing of its content', () => {
    expect(Buffer.from(sealed.data, 'base64').includes(text)).toBe(false);
  });

  it.each<[string, Sealed]>([
    ['a changed byte', { ...sealed, data: flipped(sealed.data, 0) }],
    [
      'a changed tag',
      { ...sealed, data: flipped(sealed.data, Buffer.from(sealed.data, 'base64').length - 1) },
    ],
    ['a changed iv', { ...sealed, iv: flipped(sealed.iv, 3) }],
    ['another owner', { ...sealed, owner: 'user_2' }],
    ['a cut end', { ...sealed, data: sealed.data.slice(0, 8) }],
    ['nothing at all', { ...sealed, data: '' }],
    ['a short iv', { ...sealed, iv: sealed.iv.slice(0, 8) }],
  ])('does not open with %s', (_, changed) => {
    expect(refused(() => open(changed, key, 'wf_1/request'))).toBe('SEAL_BROKEN');
  });

  it('does not open in another place, nor with another key', () => {
    expect(refused(() => open(sealed, key, 'wf_2/request'))).toBe('SEAL_BROKEN');
    expect(refused(() => open(sealed, randomBytes(32), 'wf_1/request'))).toBe('SEAL_BROKEN');
    expect(refused(() => open(sealed, key.subarray(1), 'wf_1/request'))).toBe('SEAL_BROKEN');
  });

  it('takes no key or iv of another length', () => {
    expect(() => seal(text, key.subarray(1), 'u', 'a', iv)).toThrow(RangeError);
    expect(() => seal(text, key, 'u', 'a', iv.subarray(1))).toThrow(RangeError);
  });
});
