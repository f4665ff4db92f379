import { Refusal } from '../../kernel/errors.js';
import type { Sql } from '../../ports/sql.js';
import { type Cursor, type Page, pageOf } from '../page.js';
import type { EscrowRow, LedgerRow } from './schema.js';

export async function escrowOfUser(sql: Sql, userId: string): Promise<EscrowRow | undefined> {
  const { rows } = await sql.query<EscrowRow>('select * from rm_escrow_accounts where user_id = $1', [
    userId,
  ]);
  return rows[0];
}

/** A line of an account's history, with the entry of the journal it stands in and the transaction behind it. */
export interface HistoryRow extends LedgerRow {
  /** null for what moved no money, and until it is booked */
  readonly entry: number | null;
  readonly signature: string | null;
}

export interface History extends Page<HistoryRow> {
  readonly total: number;
}

/** Newest first. */
export async function escrowHistory(
  sql: Sql,
  userId: string,
  limit: number,
  cursor?: Cursor,
): Promise<History> {
  const { rows } = await sql.query<HistoryRow>(
    `select line.*, entry.seq as entry, coalesce(entry.signature, settled.signature,
       case when line.kind like 'deposit_%' then line.reference end) as signature
     from rm_escrow_ledger line
     left join rm_ledger_entries entry
       on entry.stream = 'escrow-' || line.user_id and entry.revision = line.revision
     left join rm_ledger_entries settled
       on line.kind = 'hold_captured' and settled.reference = line.reference and settled.kind = 'payment_settled'
     where line.user_id = $1 and line.revision < $3
     order by line.revision desc limit $2`,
    [userId, limit + 1, cursor ? revisionOf(cursor) : NEWEST],
  );
  const counted = await sql.query<{ total: number }>(
    'select count(*)::int as total from rm_escrow_ledger where user_id = $1',
    [userId],
  );
  const page = pageOf(rows, limit, ({ revision }) => ['before', `${revision}`]);
  return { ...page, total: counted.rows[0]?.total ?? 0 };
}

/** above any revision */
const NEWEST = 2 ** 31 - 1;

/** @throws Refusal VALIDATION_FAILED for a cursor of another list */
function revisionOf([word, revision]: Cursor): number {
  if (word !== 'before' || !/^\d{1,10}$/.test(revision) || Number(revision) > NEWEST)
    throw new Refusal('VALIDATION_FAILED', 'The cursor is not one of this list.');
  return Number(revision);
}
