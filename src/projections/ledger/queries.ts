import type { Sql } from '../../ports/sql.js';
import type { EntryKind } from './entry.js';
import type { AccountRow, SignedMicrosText } from './schema.js';

/** Number of the last entry that is booked: what is asked up to it stays the same while more is booked. */
export async function lastEntry(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ seq: number }>(
    'select coalesce(max(seq), 0) as seq from rm_ledger_entries',
  );
  return rows[0]?.seq ?? 0;
}

/** What a user had at a time. */
export interface Claims {
  readonly available: SignedMicrosText;
  readonly held: SignedMicrosText;
}

/** @param before ISO time, exclusive */
export async function claimsBefore(sql: Sql, userId: string, before: string, upTo: number): Promise<Claims> {
  const { rows } = await sql.query<Claims>(
    `select coalesce(sum(available_change), 0)::text as available, coalesce(sum(held_change), 0)::text as held
     from rm_ledger_entries where user_id = $1 and at < $2 and seq <= $3`,
    [userId, before, upTo],
  );
  return rows[0]!;
}

/** The same out of the lines, which is another way to add it up. */
export async function claimsByLines(sql: Sql, userId: string, before: string, upTo: number): Promise<Claims> {
  const { rows } = await sql.query<Claims>(
    `select coalesce(-sum(line.amount) filter (where account.kind = 'available'), 0)::text as available,
       coalesce(-sum(line.amount) filter (where account.kind = 'held'), 0)::text as held
     from rm_ledger_accounts account
     join rm_ledger_lines line on line.account = account.account
     join rm_ledger_entries entry on entry.seq = line.seq
     where account.owner = $1 and entry.at < $2 and entry.seq <= $3`,
    [userId, before, upTo],
  );
  return rows[0]!;
}

export interface StatementRow {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly reference: string;
  /** of the run, for a hold; of the service, for a payment */
  readonly counterparty: string | null;
  readonly signature: string | null;
  readonly available_change: SignedMicrosText;
  readonly held_change: SignedMicrosText;
  readonly at: string;
}

export interface Period {
  /** ISO times, inclusive and exclusive */
  readonly from: string;
  readonly until: string;
}

/**
 * What changed a user's claims, in the order of time. A payment is shown with the transaction that settled it, which
 * stands in an entry of its own.
 */
export async function statementRows(
  sql: Sql,
  userId: string,
  { from, until }: Period,
  upTo: number,
  limit: number,
): Promise<StatementRow[]> {
  const { rows } = await sql.query<StatementRow>(
    `select e.seq, e.kind, e.reference, coalesce(e.counterparty, s.counterparty) as counterparty,
       coalesce(e.signature, s.signature) as signature, e.available_change, e.held_change, e.at
     from rm_ledger_entries e
     left join rm_ledger_entries s
       on e.kind = 'payment' and s.reference = e.reference and s.kind = 'payment_settled'
     where e.user_id = $1 and e.at >= $2 and e.at < $3 and e.seq <= $4
       and (e.available_change <> 0 or e.held_change <> 0)
     order by e.seq limit $5`,
    [userId, from, until, upTo, limit],
  );
  return rows;
}

/** Accounts that are not even, and those there is one of. */
export async function unevenAccounts(sql: Sql): Promise<AccountRow[]> {
  const { rows } = await sql.query<AccountRow>(
    'select * from rm_ledger_accounts where debits <> credits order by account',
  );
  return rows;
}
