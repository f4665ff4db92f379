import { utf8 } from '../kernel/commitments/sha2.js';
import {
  type NoteKey,
  noteKeyText,
  parseNote,
  parseNoteKey,
  signaturesBy,
  signNote,
} from '../kernel/log/note.js';
import { holdsEd25519 } from './ed25519.js';

/** First line of a note by which a key of a log names the one that signs after it. No log has this name. */
export const HANDOVER = 'quittance-log-key/1';

/** @param sign by the former key */
export const signHandover = (
  former: NoteKey,
  next: NoteKey,
  sign: (bytes: Uint8Array) => Uint8Array,
): string => signNote(`${HANDOVER}\n${former.name}\n${noteKeyText(next)}\n`, former, sign);

/** @returns the key that the former one named to sign after it; undefined when this is no such note */
export function handedTo(note: string, former: NoteKey): NoteKey | undefined {
  const read = parseNote(note);
  const [title, origin, key = '', ...more] = read?.text.split('\n') ?? [];
  const next = parseNoteKey(key);
  const isOne = title === HANDOVER && origin === former.name && next?.name === origin;
  if (!read || !isOne || more.length !== 1 || noteKeyText(next) !== key) return undefined;
  return isSignedBy(read, former) ? next : undefined;
}

/**
 * Whom a key handed its log to, and those whom they did. Only what a key signed itself counts: a note says nothing
 * about the keys before it.
 * @returns the key itself first, the last one signs now
 */
export function successorsOf(key: NoteKey, notes: readonly string[]): readonly NoteKey[] {
  const known = [key];
  const names = new Set([noteKeyText(key)]);
  for (let at = 0; at < known.length; at++)
    for (const note of notes) {
      const next = handedTo(note, known[at]!);
      if (!next || names.has(noteKeyText(next))) continue;
      names.add(noteKeyText(next));
      known.push(next);
    }
  return known;
}

/** Whether a note is signed by the key; another form of signature is none. */
export function isSignedBy(note: NonNullable<ReturnType<typeof parseNote>>, key: NoteKey): boolean {
  return signaturesBy(note, key).some((signature) => {
    try {
      return holdsEd25519(signature, utf8(note.text), key.publicKey);
    } catch {
      return false; // of another length than a signature has
    }
  });
}
