import { createHmac } from 'node:crypto';
import { sha256Hex } from '../kernel/commitments/sha2.js';
import { type Checkpoint, checkpointText } from '../kernel/log/checkpoint.js';
import { type NoteKey, noteKey, noteKeyText, signNote } from '../kernel/log/note.js';
import { issuerFromSeed } from '../receipts/issuer.js';
import { signHandover } from '../verifier/index.js';

/** Who signs the heads of the log. Ed25519 has one signature for one text: every process signs the same one. */
export interface LogSigner {
  /** name of the log */
  readonly origin: string;
  readonly key: NoteKey;
  /** the public key as verifiers take it */
  readonly keyText: string;
  /** keys before it, the oldest first, each with the note by which it names the next one */
  readonly former: readonly { readonly key: string; readonly handover: string }[];
  checkpoint(head: Omit<Checkpoint, 'origin'>): string;
}

/**
 * @param seed 32 secret bytes of the log's own key
 * @param origin a name that no other log has; made of the log's first key when left out
 * @param former seeds of the keys before it, the oldest first: they go on signing heads beside it, for those who
 * know the log by them, and name their successors
 */
export function logSigner(seed: Uint8Array, origin?: string, former: readonly Uint8Array[] = []): LogSigner {
  const pairs = [...former, seed].map((each) => issuerFromSeed(each));
  const name = origin ?? `quittance.local/${sha256Hex(bytesOf(pairs[0]!.publicKey)).slice(0, 12)}`;
  const keys = pairs.map(({ publicKey, sign }) => ({ key: noteKey(name, bytesOf(publicKey)), sign }));
  const { key } = keys.at(-1)!;
  return {
    origin: name,
    key,
    keyText: noteKeyText(key),
    former: keys.slice(0, -1).map((each, i) => ({
      key: noteKeyText(each.key),
      handover: signHandover(each.key, keys[i + 1]!.key, each.sign),
    })),
    checkpoint: (head) => signedByAll(checkpointText({ origin: name, ...head }), keys.toReversed()),
  };
}

const bytesOf = (publicKey: string): Uint8Array => new Uint8Array(Buffer.from(publicKey, 'hex'));

/** One note with a line for each key. */
const signedByAll = (
  text: string,
  keys: readonly { readonly key: NoteKey; readonly sign: (bytes: Uint8Array) => Uint8Array }[],
): string =>
  `${text}\n${keys.map(({ key, sign }) => signNote(text, key, sign).slice(text.length + 1)).join('')}`;

/** The log's key where none is set: of the installation's own secret, and no use for signing receipts. */
export const logSeedFrom = (receiptSeed: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac('sha256', receiptSeed).update('quittance transparency log key').digest());
