import type { ReceiptLogEventOf } from '../../events/receipt-log.js';

export interface AppendLeaves {
  readonly type: 'AppendLeaves';
  /** up to where receipts were looked at when these were gathered; null at the beginning */
  readonly after: string | null;
  readonly upTo: string;
  readonly leaves: ReceiptLogEventOf<'LogLeavesAppended'>['leaves'];
  readonly at: string;
}

/** The transaction is signed already, and not sent yet. */
export interface PrepareAnchor
  extends Omit<ReceiptLogEventOf<'LogAnchorPrepared'>, 'type' | 'v' | 'preparedAt'> {
  readonly type: 'PrepareAnchor';
  readonly at: string;
}

export interface RecordAnchored {
  readonly type: 'RecordAnchored';
  readonly signature: string;
  readonly slot: bigint;
  readonly at: string;
}

export interface RecordAnchorLapsed {
  readonly type: 'RecordAnchorLapsed';
  readonly signature: string;
  readonly reason: string;
}

export type ReceiptLogCommand = AppendLeaves | PrepareAnchor | RecordAnchored | RecordAnchorLapsed;
