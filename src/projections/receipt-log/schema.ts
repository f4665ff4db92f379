import { defineTable } from '../table.js';

/** The head of the log; one row. */
export interface LogHeadRow {
  readonly log: string;
  readonly size: number;
  /** hex */
  readonly root: string;
  readonly appended_at: string;
  /** of the last event folded into it */
  readonly revision: number;
}

/** A leaf. What is in the log are hashes; whose they are only this table says. */
export interface LogLeafRow {
  readonly leaf: number;
  readonly receipt_id: string;
  /** SHA-256 of what the issuer signed, hex */
  readonly statement: string;
  readonly revision: number;
}

export interface LogTileRow {
  /** `<level>/<index>` */
  readonly id: string;
  /** hashes side by side, hex */
  readonly hashes: string;
  readonly width: number;
}

export interface LogAnchorRow {
  readonly size: number;
  readonly root: string;
  readonly network: string;
  readonly memo: string;
  readonly signature: string;
  readonly slot: string;
  readonly anchored_at: string;
  readonly revision: number;
}

export const logHead = defineTable<LogHeadRow>({
  name: 'rm_log_head',
  columns: { log: 'text', size: 'integer', root: 'text', appended_at: 'text', revision: 'integer' },
  key: ['log'],
  newer: 'revision',
});

export const logLeaves = defineTable<LogLeafRow>({
  name: 'rm_log_leaves',
  columns: { leaf: 'integer', receipt_id: 'text', statement: 'text', revision: 'integer' },
  key: ['leaf'],
  newer: 'revision',
  indexes: ['receipt_id'],
});

export const logTiles = defineTable<LogTileRow>({
  name: 'rm_log_tiles',
  columns: { id: 'text', hashes: 'text', width: 'integer' },
  key: ['id'],
  newer: 'width',
});

export const logAnchors = defineTable<LogAnchorRow>({
  name: 'rm_log_anchors',
  columns: {
    size: 'integer',
    root: 'text',
    network: 'text',
    memo: 'text',
    signature: 'text',
    slot: 'text',
    anchored_at: 'text',
    revision: 'integer',
  },
  key: ['size'],
  newer: 'revision',
});
