import { canonicalJson } from '../canonical-json.js';
import { sha256Hex } from './sha2.js';

/** SHA-256 of a value's RFC 8785 text, in hex: the name of a document or of a verification key. */
export const jsonHash = (value: unknown): string => sha256Hex(canonicalJson(value));
