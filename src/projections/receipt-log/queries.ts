import { HASH_BYTES } from '../../kernel/log/tree-hash.js';
import type { Sql } from '../../ports/sql.js';
import { type LogAnchorRow, type LogHeadRow, type LogLeafRow, logTiles } from './schema.js';

export const hashesOf = (text: string): readonly Uint8Array[] => {
  const bytes = Buffer.from(text, 'hex');
  return Array.from(
    { length: bytes.length / HASH_BYTES },
    (_, i) => new Uint8Array(bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)),
  );
};

export async function headOfLog(sql: Sql): Promise<LogHeadRow | undefined> {
  const { rows } = await sql.query<LogHeadRow>('select * from rm_log_head limit 1');
  return rows[0];
}

/** Hashes of tiles by their id; tiles that do not exist are missing. */
export async function tilesById(
  sql: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
  const rows = await logTiles.where(sql, 'id', ids);
  return new Map(rows.map(({ id, hashes }) => [id, hashesOf(hashes)]));
}

export async function leafOfReceipt(sql: Sql, receiptId: string): Promise<LogLeafRow | undefined> {
  const { rows } = await sql.query<LogLeafRow>('select * from rm_log_leaves where receipt_id = $1', [
    receiptId,
  ]);
  return rows[0];
}

/** @param to exclusive */
export async function leavesBetween(sql: Sql, from: number, to: number): Promise<readonly LogLeafRow[]> {
  const { rows } = await sql.query<LogLeafRow>(
    'select * from rm_log_leaves where leaf >= $1 and leaf < $2 order by leaf',
    [from, to],
  );
  return rows;
}

/** Newest first. */
export async function anchorsOfLog(sql: Sql, limit: number): Promise<readonly LogAnchorRow[]> {
  const { rows } = await sql.query<LogAnchorRow>('select * from rm_log_anchors order by size desc limit $1', [
    limit,
  ]);
  return rows;
}
