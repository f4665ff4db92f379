import type { Sql } from '../../ports/sql.js';
import type { ReceiptRow } from './schema.js';

export async function receiptById(sql: Sql, receiptId: string): Promise<ReceiptRow | undefined> {
  const { rows } = await sql.query<ReceiptRow>('select * from rm_receipts where receipt_id = $1', [
    receiptId,
  ]);
  return rows[0];
}

/** The receipt of a workflow's newest run that has one. */
export async function receiptOfWorkflow(sql: Sql, workflowId: string): Promise<ReceiptRow | undefined> {
  const { rows } = await sql.query<ReceiptRow>(
    'select * from rm_receipts where workflow_id = $1 order by run_no desc limit 1',
    [workflowId],
  );
  return rows[0];
}

/** Receipts the issuer took back its word for, the latest first. */
export async function revokedReceipts(
  sql: Sql,
  limit: number,
): Promise<readonly Pick<ReceiptRow, 'receipt_id' | 'revoked_at' | 'revoked_reason'>[]> {
  const { rows } = await sql.query<ReceiptRow>(
    `select receipt_id, revoked_at, revoked_reason from rm_receipts
      where revoked_at is not null order by revoked_at desc limit $1`,
    [limit],
  );
  return rows;
}
