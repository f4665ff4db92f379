import type { Sql } from '../../ports/sql.js';
import type { WithdrawalRow } from './schema.js';

export async function withdrawalOfUser(
  sql: Sql,
  userId: string,
  withdrawalId: string,
): Promise<WithdrawalRow | undefined> {
  const { rows } = await sql.query<WithdrawalRow>(
    'select * from rm_withdrawals where user_id = $1 and withdrawal_id = $2',
    [userId, withdrawalId],
  );
  return rows[0];
}

/** Newest first. */
export async function withdrawalsOfUser(
  sql: Sql,
  userId: string,
  limit: number,
): Promise<{ readonly withdrawals: readonly WithdrawalRow[]; readonly total: number }> {
  const { rows: withdrawals } = await sql.query<WithdrawalRow>(
    'select * from rm_withdrawals where user_id = $1 order by requested_at desc, withdrawal_id limit $2',
    [userId, limit],
  );
  const { rows } = await sql.query<{ total: number }>(
    'select count(*)::int as total from rm_withdrawals where user_id = $1',
    [userId],
  );
  return { withdrawals, total: rows[0]?.total ?? 0 };
}
