import { hex } from '../commitments/hex.js';
import { sha256, utf8 } from '../commitments/sha2.js';
import { base64, fromBase64 } from './base64.js';

/** C2SP signed-note: a text, an empty line, and a line for each signature. */
export interface SignedNote {
  /** what is signed; ends with a line feed */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  /** first four bytes of the key's hash, hex */
  readonly keyHash: string;
  readonly signature: Uint8Array;
}

/** Whose signature under a note counts. Written as `<name>+<key hash>+<base64 of 0x01 and the key>`. */
export interface NoteKey {
  readonly name: string;
  readonly keyHash: string;
  /** Ed25519, 32 bytes */
  readonly publicKey: Uint8Array;
}

const ED25519 = 1;
const KEY_HASH_BYTES = 4;
/** characters of a note: one of ours has about 250 */
const LONGEST = 16_384;
const MOST_SIGNATURES = 64;
const SIGNATURE = /^— (\S+) (\S+)$/;
/** Unicode spaces and plus may not stand in the name of a key. */
const NAME = /^[^\s+\p{C}]{1,200}$/u;

export const isKeyName = (name: string): boolean => NAME.test(name);

/** @param publicKey Ed25519 @throws RangeError for a name that no key may have */
export function noteKey(name: string, publicKey: Uint8Array): NoteKey {
  if (!isKeyName(name)) throw new RangeError('the name of a key has no spaces and no plus');
  const typed = Uint8Array.of(ED25519, ...publicKey);
  const keyHash = hex(sha256(utf8(`${name}\n`), typed).subarray(0, KEY_HASH_BYTES));
  return { name, keyHash, publicKey };
}

export const noteKeyText = ({ name, keyHash, publicKey }: NoteKey): string =>
  `${name}+${keyHash}+${base64(Uint8Array.of(ED25519, ...publicKey))}`;

/** @returns undefined for what is no Ed25519 key, or has another hash than it says */
export function parseNoteKey(text: string): NoteKey | undefined {
  const [, name = '', keyHash, encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text.trim()) ?? [];
  const bytes = fromBase64(encoded);
  if (bytes?.length !== 33 || bytes[0] !== ED25519 || !isKeyName(name)) return undefined;
  const key = noteKey(name, bytes.subarray(1));
  return key.keyHash === keyHash ? key : undefined;
}

/** @returns undefined for what is no signed note: another form of the same would be another note */
export function parseNote(text: string): SignedNote | undefined {
  if (text.length > LONGEST || /[^\n\P{Cc}]/u.test(text)) return undefined;
  const end = text.lastIndexOf('\n\n');
  if (end < 0 || !text.endsWith('\n')) return undefined;
  const lines = text.slice(end + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) return undefined;
  const signatures = lines.map(parseSignature);
  if (signatures.some((signature) => signature === undefined)) return undefined;
  return { text: text.slice(0, end + 1), signatures: signatures as readonly NoteSignature[] };
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name = '', encoded = ''] = SIGNATURE.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (!bytes || bytes.length <= KEY_HASH_BYTES || !isKeyName(name)) return undefined;
  return {
    name,
    keyHash: hex(bytes.subarray(0, KEY_HASH_BYTES)),
    signature: bytes.subarray(KEY_HASH_BYTES),
  };
}

/** @param text ends with a line feed @param sign Ed25519 over the text */
export function signNote(
  text: string,
  { name, keyHash }: Pick<NoteKey, 'name' | 'keyHash'>,
  sign: (bytes: Uint8Array) => Uint8Array,
): string {
  const hash = Uint8Array.from(keyHash.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  return `${text}\n— ${name} ${base64(Uint8Array.of(...hash, ...sign(utf8(text))))}\n`;
}

/** Signatures under the note by the key of this name and hash; others do not concern its holder. */
export const signaturesBy = (note: SignedNote, key: NoteKey): readonly Uint8Array[] =>
  note.signatures
    .filter(({ name, keyHash }) => name === key.name && keyHash === key.keyHash)
    .map(({ signature }) => signature);
