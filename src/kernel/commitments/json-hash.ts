import { canonicalJson } from '../canonical-json.js';
import { sha256, utf8 } from './sha2.js';

/** SHA-256 of a value's RFC 8785 text, in hex: the name of a document or of a verification key. */
export const jsonHash = (value: unknown): string => hex(sha256(utf8(canonicalJson(value))));

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += PAIRS[bytes[i]!];
  return text;
}
