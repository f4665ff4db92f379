import { createHmac } from 'node:crypto';
import { hex } from '../kernel/commitments/json-hash.js';
import { sha256 } from '../kernel/commitments/sha2.js';
import { type Checkpoint, checkpointText } from '../kernel/log/checkpoint.js';
import { type NoteKey, noteKey, noteKeyText, signNote } from '../kernel/log/note.js';
import { issuerFromSeed } from '../receipts/issuer.js';

/** Who signs the heads of the log. Ed25519 has one signature for one text: every process signs the same one. */
export interface LogSigner {
  /** name of the log */
  readonly origin: string;
  readonly key: NoteKey;
  /** the public key as verifiers take it */
  readonly keyText: string;
  checkpoint(head: Omit<Checkpoint, 'origin'>): string;
}

/**
 * @param seed 32 secret bytes of the log's own key
 * @param origin a name that no other log has; made of the key when left out
 */
export function logSigner(seed: Uint8Array, origin?: string): LogSigner {
  const { publicKey, sign } = issuerFromSeed(seed);
  const bytes = new Uint8Array(Buffer.from(publicKey, 'hex'));
  const name = origin ?? `quittance.local/${hex(sha256(bytes)).slice(0, 12)}`;
  const key = noteKey(name, bytes);
  return {
    origin: name,
    key,
    keyText: noteKeyText(key),
    checkpoint: (head) => signNote(checkpointText({ origin: name, ...head }), key, sign),
  };
}

/** The log's key where none is set: of the installation's own secret, and no use for signing receipts. */
export const logSeedFrom = (receiptSeed: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac('sha256', receiptSeed).update('quittance transparency log key').digest());
