import { type PaymentEvent, paymentEvents } from '../../events/payment.js';
import type { Recorded } from '../../kernel/event.js';
import { foldRows } from '../fold-rows.js';
import type { Projection } from '../projection.js';
import { type PaymentRow, paymentsTable } from './schema.js';

export const paymentsProjection: Projection = {
  name: 'payments',
  version: 2,
  paceMs: 20,
  handles: paymentEvents.map(({ type }) => type),
  schema: paymentsTable.schema,
  async project(events, sql) {
    await foldRows(paymentsTable, 'payment_id', events, evolvePayment, sql);
    return [];
  },
};

export function evolvePayment(
  row: PaymentRow | undefined,
  event: PaymentEvent,
  { revision, metadata }: Recorded,
): PaymentRow | undefined {
  if (event.type === 'PaymentQuoted')
    return {
      payment_id: event.paymentId,
      revision,
      workflow_id: event.workflowId,
      run_no: event.runNo,
      step_id: event.stepId,
      user_id: event.userId,
      service_id: event.serviceId,
      status: 'quoted',
      attempt: 0,
      amount: event.amount,
      pay_to: event.payTo,
      asset: event.asset,
      network: event.network,
      signature: null,
      slot: null,
      refund: null,
      error: null,
      quoted_at: metadata.occurredAt,
      updated_at: metadata.occurredAt,
    };
  return row && { ...row, ...changeOf(row, event), revision, updated_at: metadata.occurredAt };
}

function changeOf(row: PaymentRow, event: PaymentEvent): Partial<PaymentRow> {
  switch (event.type) {
    case 'PaymentQuoted':
      return {};
    case 'PaymentAuthorized':
      return { status: 'authorized' };
    case 'PaymentPrepared':
      return { status: 'prepared', attempt: event.attempt, error: null };
    case 'PaymentSubmitted':
      return { status: 'submitted', attempt: event.attempt };
    case 'PaymentConfirmed':
      return { status: 'confirmed', attempt: event.attempt, signature: event.signature, slot: event.slot };
    case 'PaymentFailed':
      return { status: 'failed', error: { code: event.code, message: event.message } };
    case 'PaymentDelivered':
      return { status: 'delivered' };
    case 'PaymentUndelivered':
      return { status: 'undelivered', error: { code: event.code, message: event.message } };
    case 'RefundRequested':
      return { status: 'refund_requested', refund: { memo: event.memo, until: event.until } };
    case 'RefundConfirmed': {
      const { signature, amount } = event;
      return { status: 'refunded', refund: row.refund && { ...row.refund, signature, amount } };
    }
    case 'RefundRejected':
      return { status: 'refund_rejected', error: { code: event.code, message: event.message } };
  }
}
