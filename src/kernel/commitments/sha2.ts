import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as portableSha256, sha512 as portableSha512 } from '@noble/hashes/sha2.js';

/**
 * SHA-2 where the same file runs in Node and in a browser: Node's own where there is one (ten times faster on
 * large outputs), a portable one elsewhere. Both are synchronous, which WebCrypto is not.
 */
const native = globalThis.process?.getBuiltinModule?.('node:crypto');

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  if (native && parts.length === 1) return new Uint8Array(native.hash('sha256', parts[0]!, 'buffer'));
  const hash = native ? native.createHash('sha256') : portableSha256.create();
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

export function hmacSha512(key: Uint8Array, message: Uint8Array): Uint8Array {
  if (!native) return hmac(portableSha512, key, message);
  return new Uint8Array(native.createHmac('sha512', key).update(message).digest());
}

const encoder = new TextEncoder();
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** @param bytes a multiple of eight of them */
export function bigEndian(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let value = 0n;
  for (let at = 0; at < bytes.length; at += 8) value = (value << 64n) | view.getBigUint64(at);
  return value;
}
