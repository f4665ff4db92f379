import { requireOwner } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import type { Sql } from '../../ports/sql.js';
import { receiptById } from '../../projections/receipts/queries.js';
import type { ReceiptRow } from '../../projections/receipts/schema.js';
import type { Caller } from '../../requests/caller.js';

/** A receipt of the caller's own, or one that was shared. @throws Refusal NOT_FOUND for any other */
export async function readableReceipt(sql: Sql, call: Caller | undefined, id: string): Promise<ReceiptRow> {
  const row = await receiptById(sql, id);
  if (row?.shared) return row;
  if (!call) throw new Refusal('NOT_FOUND', 'There is no such receipt.');
  requireOwner(call.principal, row?.user_id, 'receipt');
  return row!;
}
