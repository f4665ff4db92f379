import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Refusal } from './errors.js';
import type { Sealed } from './sealed.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts content with its owner's data key.
 * @param key 32 bytes
 * @param aad names the place the content belongs to; it does not open anywhere else
 * @param iv 12 random bytes, never used twice with the same key
 */
export function seal(
  content: Uint8Array,
  key: Uint8Array,
  owner: string,
  aad: string,
  iv: Uint8Array,
): Sealed {
  if (key.length !== KEY_BYTES) throw new RangeError(`a data key has ${KEY_BYTES} bytes, not ${key.length}`);
  if (iv.length !== IV_BYTES) throw new RangeError(`an iv has ${IV_BYTES} bytes, not ${iv.length}`);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(owner, aad));
  const data = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  return { alg: 'A256GCM', owner, iv: Buffer.from(iv).toString('base64'), data: data.toString('base64') };
}

/** @throws Refusal SEAL_BROKEN when the content, the key, the owner or the place is not the one it was sealed with */
export function open(sealed: Sealed, key: Uint8Array, aad: string): Uint8Array {
  const iv = Buffer.from(sealed.iv, 'base64');
  const data = Buffer.from(sealed.data, 'base64');
  if (key.length !== KEY_BYTES || iv.length !== IV_BYTES || data.length < TAG_BYTES) throw broken(sealed);
  try {
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(boundTo(sealed.owner, aad));
    decipher.setAuthTag(data.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(data.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw broken(sealed, cause);
  }
}

/** JSON keeps the two parts apart: ("a", "bc") and ("ab", "c") are different places. */
const boundTo = (owner: string, aad: string): Buffer => Buffer.from(JSON.stringify([owner, aad]));

const broken = (sealed: Sealed, cause?: unknown): Refusal =>
  new Refusal(
    'SEAL_BROKEN',
    'Sealed content cannot be opened: it was changed, moved, or sealed with another key.',
    { owner: sealed.owner },
    'terminal',
    { cause },
  );
