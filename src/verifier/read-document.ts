import { isRefusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import { parseStrictJson } from './strict-json.js';

/** What came of reading a document: its value, or why it has none that everybody reads alike. */
export type ReadDocument =
  | { readonly value: unknown }
  | { readonly complaint: string; readonly isJson: boolean };

/** @param bytes as they came over the wire or out of a file, not what a parser left of them */
export function readDocument(bytes: Uint8Array): ReadDocument {
  if (bytes.length > LIMITS.receiptBytes)
    return complaint(`It has ${bytes.length} bytes; at most ${LIMITS.receiptBytes} are read.`, true);
  let text: string;
  try {
    text = textOf(bytes);
  } catch {
    return complaint('This is not text in UTF-8.', false);
  }
  try {
    return { value: parseStrictJson(text) };
  } catch (error) {
    if (isRefusal(error, 'AMBIGUOUS_JSON')) return complaint(error.message, true);
    if (isRefusal(error, 'NOT_JSON')) return complaint(error.message, false);
    throw error;
  }
}

const complaint = (why: string, isJson: boolean): ReadDocument => ({ complaint: why, isJson });

/** @throws TypeError for bytes that are no UTF-8; a byte order mark stays, and is no JSON */
export const textOf = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

/** The API answers the document inside an envelope; people save that too. */
export function withoutEnvelope(read: ReadDocument): ReadDocument {
  if ('complaint' in read) return read;
  const envelope = read.value as {
    readonly receipt?: { readonly document?: unknown };
    readonly disclosure?: { readonly document?: unknown };
  } | null;
  return { value: envelope?.receipt?.document ?? envelope?.disclosure?.document ?? read.value };
}
