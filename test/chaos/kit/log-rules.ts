import type { ReceiptEvent } from '../../../src/events/receipt.js';
import type { ReceiptLogEvent } from '../../../src/events/receipt-log.js';
import type { Recorded } from '../../../src/kernel/event.js';
import { entryOf, receiptHash } from '../../../src/kernel/log/entry.js';
import { naiveRoot } from '../../kit/naive-tree.js';

const issuedIn = (history: readonly Recorded[]): readonly string[] =>
  history
    .map(({ event }) => event as ReceiptEvent)
    .flatMap((event) => (event.type === 'ReceiptIssued' ? [event.receiptId] : []));

const ofLog = (history: readonly Recorded[]): readonly ReceiptLogEvent[] =>
  history.filter(({ stream }) => stream === 'log-receipts').map(({ event }) => event as ReceiptLogEvent);

const appendsOf = (history: readonly Recorded[]) =>
  ofLog(history).filter((event) => event.type === 'LogLeavesAppended');

/** Receipts that are not in the log yet. */
export const missingLeaves = (history: readonly Recorded[]): number =>
  issuedIn(history).length - appendsOf(history).flatMap(({ leaves }) => leaves).length;

/** One leaf for every receipt, in the order in which they were issued; each root is that of its leaves. */
export function objectionsToLog(history: readonly Recorded[]): string[] {
  const issued = issuedIn(history);
  const entries: Uint8Array[] = [];
  const said: string[] = [];
  for (const { first, leaves, root } of appendsOf(history)) {
    if (first !== entries.length)
      said.push(`log: an append at ${first}, where the log has ${entries.length}`);
    for (const { receiptId, statement } of leaves) {
      if (issued[entries.length] !== receiptId) said.push(`log: leaf ${entries.length} is ${receiptId}`);
      entries.push(entryOf(receiptHash(receiptId), statement));
    }
    if (Buffer.from(naiveRoot(entries)).toString('hex') !== root)
      said.push(`log: the root at ${entries.length} is not that of its leaves`);
  }
  if (entries.length !== issued.length)
    said.push(`log: ${entries.length} leaves for ${issued.length} receipts`);
  const anchored = ofLog(history).flatMap((event) =>
    event.type === 'LogCheckpointAnchored' ? [event.size] : [],
  );
  if (new Set(anchored).size < anchored.length)
    said.push(`log: anchored twice at one of ${anchored.join(', ')}`);
  return said;
}
