import type { Sql } from '../../ports/sql.js';
import type { EscrowRow, LedgerRow } from './schema.js';

export async function escrowOfUser(sql: Sql, userId: string): Promise<EscrowRow | undefined> {
  const { rows } = await sql.query<EscrowRow>('select * from rm_escrow_accounts where user_id = $1', [
    userId,
  ]);
  return rows[0];
}

/** Newest first. */
export async function escrowHistory(
  sql: Sql,
  userId: string,
  limit: number,
): Promise<{ readonly lines: readonly LedgerRow[]; readonly total: number }> {
  const { rows: lines } = await sql.query<LedgerRow>(
    'select * from rm_escrow_ledger where user_id = $1 order by revision desc limit $2',
    [userId, limit],
  );
  const { rows } = await sql.query<{ total: number }>(
    'select count(*)::int as total from rm_escrow_ledger where user_id = $1',
    [userId],
  );
  return { lines, total: rows[0]?.total ?? 0 };
}
