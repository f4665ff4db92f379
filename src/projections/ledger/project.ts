import { earningsEvents } from '../../events/earnings.js';
import { escrowEvents } from '../../events/escrow.js';
import { paymentEvents } from '../../events/payment.js';
import { settlementEvents } from '../../events/settlement.js';
import type { Recorded } from '../../kernel/event.js';
import type { Sql } from '../../ports/sql.js';
import type { Projection } from '../projection.js';
import { accountName } from './accounts.js';
import { Books } from './books.js';
import type { LedgerEvent } from './posting.js';
import { accountsTable, entriesTable, linesTable, streamsTable } from './schema.js';

const tables = [accountsTable, entriesTable, linesTable, streamsTable];

/**
 * The journal: every event that moves money as a balanced entry, and what the accounts stand at after it. Entries have
 * one numbering and accounts move by several streams: books that leave a stream out are wrong, so nothing is left out.
 */
export const ledgerProjection: Projection = {
  name: 'ledger',
  version: 3,
  paceMs: 20,
  handles: [...escrowEvents, ...paymentEvents, ...settlementEvents, ...earningsEvents].map(
    ({ type }) => type,
  ),
  schema: tables.map(({ schema }) => schema).join(';\n'),

  async project(batch, sql) {
    const events = batch as readonly Recorded<LedgerEvent>[];
    const streams = await streamsTable.where(sql, 'stream', [...new Set(events.map(({ stream }) => stream))]);
    const books = new Books(await lastSeq(sql), streams);
    for (const recorded of events) books.post(recorded);
    const { entries, lines, memories } = books;
    const touched = [...new Set(lines.map(({ account }) => accountName(account)))];
    accountsTable.upsert(sql, books.accountsAfter(await accountsTable.where(sql, 'account', touched)));
    entriesTable.upsert(sql, entries);
    linesTable.upsert(sql, books.lineRows);
    streamsTable.upsert(sql, memories);
    return [];
  },
};

async function lastSeq(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ seq: number }>(
    'select coalesce(max(seq), 0) as seq from rm_ledger_entries',
  );
  return rows[0]?.seq ?? 0;
}
