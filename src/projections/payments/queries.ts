import type { Sql } from '../../ports/sql.js';
import type { PaymentRow } from './schema.js';

export async function paymentById(sql: Sql, paymentId: string): Promise<PaymentRow | undefined> {
  const { rows } = await sql.query<PaymentRow>('select * from rm_payments where payment_id = $1', [
    paymentId,
  ]);
  return rows[0];
}

export async function paymentsOfWorkflow(sql: Sql, workflowId: string): Promise<PaymentRow[]> {
  const { rows } = await sql.query<PaymentRow>(
    'select * from rm_payments where workflow_id = $1 order by quoted_at, payment_id',
    [workflowId],
  );
  return rows;
}
