import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as portableSha256, sha512 as portableSha512 } from '@noble/hashes/sha2.js';
import { hex } from './hex.js';

/**
 * SHA-2 where the same file runs in Node and in a browser: Node's own where there is one (ten times faster on
 * large outputs), a portable one elsewhere. Both are synchronous, which WebCrypto is not.
 *
 * What is hashed here is short, and Node's objects that take it piece by piece, and the buffers it answers with, cost
 * more to make and to collect than the hash: so it is asked once, for text of a character a byte.
 */
const native = globalThis.process?.getBuiltinModule?.('node:crypto');

/** Bytes, or a text, of which the UTF-8 is hashed: an array of its own costs more than that hash. */
export type Hashed = Uint8Array | string;

const encoder = new TextEncoder();
/** bytes of UTF-8 for a unit of UTF-16 */
const MOST_UTF8 = 3;

/** bytes that are put side by side to be hashed at once */
const SHORT = 1024;
const beside = new Uint8Array(SHORT);

export function sha256(...parts: readonly Hashed[]): Uint8Array {
  const digest = atOnce(parts, 'binary');
  return digest === undefined ? inPieces(parts) : bytesOf(digest);
}

/** The same in hex, which is how Node gives a digest for less than bytes. */
export const sha256Hex = (...parts: readonly Hashed[]): string =>
  atOnce(parts, 'hex') ?? hex(inPieces(parts));

/** @returns undefined where that cannot be */
function atOnce(parts: readonly Hashed[], encoding: 'binary' | 'hex'): string | undefined {
  if (!native) return undefined;
  const whole = parts.length === 1 ? parts[0] : together(parts);
  return whole === undefined ? undefined : native.hash('sha256', whole, encoding);
}

function inPieces(parts: readonly Hashed[]): Uint8Array {
  const hash = native ? native.createHash('sha256') : portableSha256.create();
  for (const part of parts) hash.update(typeof part === 'string' ? utf8(part) : part);
  return new Uint8Array(hash.digest());
}

/** bytes of the blocks that SHA-512 works on */
const BLOCK = 128;
const PADS = { inner: 0x36, outer: 0x5c } as const;

/** HMAC as RFC 2104 defines it, in hex; there is no call for it without an object. */
export function hmacSha512Hex(key: Uint8Array, message: string): string {
  const length = native && key.length <= BLOCK ? put(message, BLOCK) : undefined;
  if (!native || length === undefined) return hex(hmac(portableSha512, key, utf8(message)));
  const hashed = (pad: number, length: number, encoding: 'binary' | 'hex'): string => {
    beside.fill(pad, 0, BLOCK);
    for (let i = 0; i < key.length; i++) beside[i]! ^= key[i]!;
    return native.hash('sha512', beside.subarray(0, BLOCK + length), encoding);
  };
  const inner = hashed(PADS.inner, length, 'binary');
  write(inner, beside, BLOCK);
  const code = hashed(PADS.outer, inner.length, 'hex');
  // a key is not left lying about
  beside.fill(0, 0, BLOCK);
  return code;
}

/** @returns undefined for what is not short. It is overwritten by the next call. */
function together(parts: readonly Hashed[]): Uint8Array | undefined {
  let end = 0;
  for (const part of parts) {
    const length = put(part, end);
    if (length === undefined) return undefined;
    end += length;
  }
  return beside.subarray(0, end);
}

/** @returns how many bytes it takes there, undefined when there may be too many */
function put(part: Hashed, at: number): number | undefined {
  const isText = typeof part === 'string';
  if (at + (isText ? MOST_UTF8 : 1) * part.length > SHORT) return undefined;
  if (isText) return encoder.encodeInto(part, beside.subarray(at)).written;
  beside.set(part, at);
  return part.length;
}

const bytesOf = (binary: string): Uint8Array => write(binary, new Uint8Array(binary.length), 0);

function write(binary: string, to: Uint8Array, at: number): Uint8Array {
  for (let i = 0; i < binary.length; i++) to[at + i] = binary.charCodeAt(i);
  return to;
}

export const utf8 = (text: string): Uint8Array => encoder.encode(text);
