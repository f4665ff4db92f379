import { fromBase64 } from '../kernel/log/base64.js';
import { parseCheckpoint } from '../kernel/log/checkpoint.js';
import { logEntry } from '../kernel/log/entry.js';
import { type NoteKey, parseNote } from '../kernel/log/note.js';
import { rootByInclusion, type TreeHead } from '../kernel/log/proofs.js';
import { leafHash, sameHash } from '../kernel/log/tree-hash.js';
import { type Check, check, failed, noted } from './checks.js';
import type { Receipt } from './document.js';
import { isSignedBy } from './log-handover.js';
import { statementBytes } from './signature.js';

/** A log that somebody trusts to forget nothing. */
export interface TrustedLog {
  readonly key: NoteKey;
  /** others that signed heads of the same log, before or after it */
  readonly others?: readonly NoteKey[];
  /** a receipt that brings no proof of being in it is not valid; one whose proof does not hold never is */
  readonly required: boolean;
}

/** The head of a log, as its key signed it. @returns undefined when this is no such thing, or not signed by the key */
export function readCheckpoint(text: string, key: NoteKey): TreeHead | undefined {
  const note = parseNote(text);
  const head = note && parseCheckpoint(note.text);
  if (!note || head?.origin !== key.name) return undefined;
  return isSignedBy(note, key) ? head : undefined;
}

/** The same, signed by any of the keys a log has had. */
export const headBy = (text: string, keys: readonly NoteKey[]): TreeHead | undefined => {
  for (const key of keys) {
    const head = readCheckpoint(text, key);
    if (head) return head;
  }
  return undefined;
};

/** Whether the receipt is in the log: its leaf, the way from there to the root, and who signed the root. */
export function checkLog(
  { statement, log }: Pick<Receipt, 'statement' | 'log'>,
  trusted: TrustedLog | undefined,
): readonly Check[] {
  if (!log) {
    if (!trusted) return [];
    const missing =
      'The receipt brings no proof that it is in the log. Fetch it again, or ask for the proof.';
    return [trusted.required ? failed('log', missing) : noted('log', missing)];
  }
  if (!trusted)
    return [
      noted('log', 'The receipt brings a proof that it is in a log; you named no key of a log to trust.'),
    ];
  const head = headBy(log.checkpoint, [trusted.key, ...(trusted.others ?? [])]);
  if (!head) return [failed('log', `The head of the log is not one that ${trusted.key.name} signed.`)];
  const hashes = log.hashes.map(fromBase64);
  const leaf = leafHash(logEntry(statement.receiptId, statementBytes(statement)));
  const root = hashes.some((hash) => hash?.length !== 32)
    ? undefined
    : rootByInclusion(leaf, log.index, head.size, hashes as readonly Uint8Array[]);
  const complaint =
    root && sameHash(root, head.root)
      ? undefined
      : 'The proof does not lead from this receipt to the head of the log.';
  return [check('log', complaint, `Leaf ${log.index} of ${head.size} in the log ${trusted.key.name}.`)];
}
