import { fromHex } from '../commitments/hex.js';
import { sha256Hex } from '../commitments/sha2.js';

export const ENTRY_BYTES = 64;

/**
 * What is a leaf: SHA-256 of the receipt's name, then SHA-256 of its statement. Nothing else: both hold a
 * random part of 80 bits, so that nobody learns an id or a content from the log; and two statements about one
 * receipt would begin alike, so that whoever reads the log sees them.
 * @param statement its bytes, as the format says
 */
export function logEntry(receiptId: string, statement: Uint8Array): Uint8Array {
  return entryOf(receiptHash(receiptId), sha256Hex(statement));
}

/** How a receipt is named in public without saying its id, which may open it to whoever knows it. */
export const receiptHash = (receiptId: string): string => sha256Hex(`quittance-log/1\n${receiptId}`);

/** @param hashes 32 bytes each, hex */
export const entryOf = (...hashes: readonly [receipt: string, statement: string]): Uint8Array =>
  fromHex(hashes.join(''));
