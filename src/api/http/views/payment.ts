import type { PaymentRow } from '../../../projections/payments/schema.js';
import { money } from '../answer.js';

export const paymentView = (row: PaymentRow, explorerUrl?: (signature: string) => string) => ({
  id: row.payment_id,
  workflowId: row.workflow_id,
  stepId: row.step_id,
  serviceId: row.service_id,
  status: row.status,
  attempt: row.attempt,
  ...money('amount', row.amount),
  payTo: row.pay_to,
  asset: row.asset,
  network: row.network,
  signature: row.signature,
  slot: row.slot,
  explorerUrl: row.signature && explorerUrl ? explorerUrl(row.signature) : null,
  refund: row.refund,
  error: row.error,
  quotedAt: row.quoted_at,
  updatedAt: row.updated_at,
});
