import type { MicrosText } from '../../kernel/money.js';
import { defineTable } from '../table.js';
import type { AccountKind } from './accounts.js';
import type { EntryKind } from './entry.js';
import type { Memory } from './memory.js';

/** Decimal micro-USDC that may be below zero. */
export type SignedMicrosText = string;

export interface AccountRow {
  readonly account: string;
  readonly kind: AccountKind;
  readonly owner: string | null;
  readonly subject: string | null;
  readonly debits: MicrosText;
  readonly credits: MicrosText;
  /** of the last entry that touched it */
  readonly seq: number;
}

export const accountsTable = defineTable<AccountRow>({
  name: 'rm_ledger_accounts',
  columns: {
    account: 'text',
    kind: 'text',
    owner: 'text',
    subject: 'text',
    debits: 'bigint',
    credits: 'bigint',
    seq: 'integer',
  },
  key: ['account'],
  newer: 'seq',
  indexes: ['owner', 'kind where debits <> credits'],
});

export interface EntryRow {
  /** 1 for the first entry of the books, without gaps, in the order of the events */
  readonly seq: number;
  readonly stream: string;
  readonly revision: number;
  readonly kind: EntryKind;
  readonly reference: string;
  readonly user_id: string | null;
  readonly counterparty: string | null;
  readonly signature: string | null;
  readonly mark: string | null;
  /** what the user has more or less of, by this entry */
  readonly available_change: SignedMicrosText;
  readonly held_change: SignedMicrosText;
  /** when it is dated: never before an earlier entry of its stream, whatever the clock of a process said */
  readonly at: string;
}

export const entriesTable = defineTable<EntryRow>({
  name: 'rm_ledger_entries',
  columns: {
    seq: 'integer',
    stream: 'text',
    revision: 'integer',
    kind: 'text',
    reference: 'text',
    user_id: 'text',
    counterparty: 'text',
    signature: 'text',
    mark: 'text',
    available_change: 'bigint',
    held_change: 'bigint',
    at: 'text',
  },
  key: ['seq'],
  newer: 'seq',
  indexes: ['user_id, at', 'reference', 'stream, revision', 'signature', 'mark'],
});

export interface LineRow {
  readonly seq: number;
  readonly line: number;
  readonly account: string;
  /** a debit above zero, a credit below */
  readonly amount: SignedMicrosText;
}

export const linesTable = defineTable<LineRow>({
  name: 'rm_ledger_lines',
  columns: { seq: 'integer', line: 'integer', account: 'text', amount: 'bigint' },
  key: ['seq', 'line'],
  newer: 'seq',
  indexes: ['account, seq'],
});

export interface StreamMemoryRow {
  readonly stream: string;
  /** of the last event that was looked at */
  readonly revision: number;
  /** latest time of its events */
  readonly at: string;
  readonly memory: Memory;
}

export const streamsTable = defineTable<StreamMemoryRow>({
  name: 'rm_ledger_streams',
  columns: { stream: 'text', revision: 'integer', at: 'text', memory: 'json' },
  key: ['stream'],
  newer: 'revision',
});
