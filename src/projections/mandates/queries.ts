import type { Sql } from '../../ports/sql.js';
import type { MandateRow } from './schema.js';

/** Newest first. */
export async function mandatesOfUser(sql: Sql, userId: string, limit: number): Promise<MandateRow[]> {
  const { rows } = await sql.query<MandateRow>(
    'select * from rm_mandates where user_id = $1 order by granted_at desc, mandate_id limit $2',
    [userId, limit],
  );
  return rows;
}
