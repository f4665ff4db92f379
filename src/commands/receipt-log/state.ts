import type { ReceiptLogEvent, ReceiptLogEventOf } from '../../events/receipt-log.js';
import { fromHex, hex } from '../../kernel/commitments/hex.js';
import { unreachable } from '../../kernel/errors.js';
import { entryOf, receiptHash } from '../../kernel/log/entry.js';
import { NO_PEAKS, type Peaks, withLeaves } from '../../kernel/log/peaks.js';
import { leafHash } from '../../kernel/log/tree-hash.js';

type Leaf = ReceiptLogEventOf<'LogLeavesAppended'>['leaves'][number];
type Prepared = Omit<ReceiptLogEventOf<'LogAnchorPrepared'>, 'type' | 'v'>;

export interface ReceiptLogState {
  readonly size: number;
  /** hex; what appending needs of the tree, see kernel/log/peaks */
  readonly peaks: readonly string[];
  readonly upTo: string | null;
  /** the transaction that is on its way to the chain */
  readonly anchoring: Prepared | null;
  /** size of the log when it was last anchored; 0 for never */
  readonly anchored: number;
}

export const emptyLog: ReceiptLogState = { size: 0, peaks: [], upTo: null, anchoring: null, anchored: 0 };

export const peaksOf = ({ size, peaks }: ReceiptLogState): Peaks =>
  size === 0 ? NO_PEAKS : { size, hashes: peaks.map(fromHex) };

export const leafHashOf = ({ receiptId, statement }: Leaf): Uint8Array =>
  leafHash(entryOf(receiptHash(receiptId), statement));

export const peaksWith = (state: ReceiptLogState, leaves: readonly Leaf[]): Peaks =>
  withLeaves(peaksOf(state), leaves.map(leafHashOf));

export function evolveReceiptLog(state: ReceiptLogState, event: ReceiptLogEvent): ReceiptLogState {
  switch (event.type) {
    case 'LogLeavesAppended': {
      const { size, hashes } = peaksWith(state, event.leaves);
      return { ...state, size, peaks: hashes.map(hex), upTo: event.upTo };
    }
    case 'LogAnchorPrepared': {
      const { type: _type, v: _v, ...prepared } = event;
      return { ...state, anchoring: prepared };
    }
    case 'LogCheckpointAnchored':
      return { ...state, anchoring: null, anchored: event.size };
    case 'LogAnchorLapsed':
      return { ...state, anchoring: null };
    default:
      return unreachable(event);
  }
}
