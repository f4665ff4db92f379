import type { Sql } from '../../ports/sql.js';
import type { EarningsRow, SettlementRow } from './schema.js';

export async function settlementById(sql: Sql, settlementId: string): Promise<SettlementRow | undefined> {
  const { rows } = await sql.query<SettlementRow>('select * from rm_settlements where settlement_id = $1', [
    settlementId,
  ]);
  return rows[0];
}

/** Newest first. */
export async function listSettlements(sql: Sql, limit: number): Promise<readonly SettlementRow[]> {
  const { rows } = await sql.query<SettlementRow>(
    'select * from rm_settlements order by computed_at desc, settlement_id limit $1',
    [limit],
  );
  return rows;
}

export async function listEarnings(sql: Sql): Promise<readonly EarningsRow[]> {
  const { rows } = await sql.query<EarningsRow>('select * from rm_earnings order by owner_id');
  return rows;
}
