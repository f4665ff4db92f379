import { base64 } from '../../src/kernel/log/base64.js';
import { logEntry } from '../../src/kernel/log/entry.js';
import type { Receipt } from '../../src/verifier/document.js';
import { statementBytes } from '../../src/verifier/signature.js';
import { naiveInclusion, naiveRoot } from './naive-tree.js';
import { sampleLog } from './sample-log.js';

export const SAMPLE_LOG_SIZE = 11;

/** A place in the sample log, among leaves that are no receipts. @param index below SAMPLE_LOG_SIZE */
export function inSampleLog(statement: Receipt['statement'], index: number): NonNullable<Receipt['log']> {
  const entries = Array.from({ length: SAMPLE_LOG_SIZE }, (_, i) =>
    i === index ? logEntry(statement.receiptId, statementBytes(statement)) : Uint8Array.of(i),
  );
  return {
    index,
    hashes: naiveInclusion(index, entries).map(base64),
    checkpoint: sampleLog.checkpoint({ size: entries.length, root: naiveRoot(entries) }),
  };
}
