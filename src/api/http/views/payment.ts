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
  ...(row.payer !== null && { payer: row.payer }),
  ...(row.to_sign && { toSign: toSignView(row.to_sign) }),
  refund: row.refund && { ...row.refund, ...linkOf(row.refund, explorerUrl) },
  error: row.error,
  quotedAt: row.quoted_at,
  updatedAt: row.updated_at,
});

/** Where the transfer can be seen that gave a payment back, once there is one. */
export const linkOf = (
  refund: object,
  explorerUrl?: (signature: string) => string,
): { readonly explorerUrl?: string } =>
  explorerUrl && 'signature' in refund && typeof refund.signature === 'string'
    ? { explorerUrl: explorerUrl(refund.signature) }
    : {};

/** The transaction a wallet signs as it is, and the x402 payload it will travel in. */
function toSignView({ header, memo, signBefore }: NonNullable<PaymentRow['to_sign']>) {
  const payload = JSON.parse(Buffer.from(header, 'base64').toString()) as {
    readonly accepted?: unknown;
    readonly payload: { readonly transaction: string };
  };
  return {
    transaction: payload.payload.transaction,
    ...(payload.accepted !== undefined && { requirement: payload.accepted }),
    memo,
    signBefore,
  };
}
