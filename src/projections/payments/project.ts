import { type MandateEvent, mandateEvents } from '../../events/mandate.js';
import { type PaymentEvent, paymentEvents } from '../../events/payment.js';
import type { Recorded } from '../../kernel/event.js';
import { categoryOf } from '../../kernel/ids.js';
import { foldRows } from '../fold-rows.js';
import { evolveMandateRow } from '../mandates/evolve.js';
import { type MandateRow, mandatesTable } from '../mandates/schema.js';
import { ownStream, type Projection } from '../projection.js';
import { type PaymentRow, paymentsTable } from './schema.js';

/** Payments, and the mandates they are made under: few events, so that they share one transaction. */
export const paymentsProjection: Projection = {
  name: 'payments',
  version: 4,
  paceMs: 20,
  parkedWith: ownStream,
  handles: [...paymentEvents, ...mandateEvents].map(({ type }) => type),
  schema: [paymentsTable, mandatesTable].map((table) => table.schema).join(';\n'),
  async project(events, sql) {
    const of = (category: string) => events.filter(({ stream }) => categoryOf(stream) === category);
    await foldRows(paymentsTable, 'payment_id', of('payment'), evolvePayment, sql);
    const mandates = of('mandate');
    if (mandates.length > 0)
      await foldRows<MandateRow, MandateEvent>(mandatesTable, 'mandate_id', mandates, evolveMandateRow, sql);
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
      payer: event.payer ?? null,
      to_sign: null,
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
    case 'PaymentSignatureRequested': {
      const { attempt, header, memo, signBefore } = event;
      return { status: 'awaiting_signature', attempt, to_sign: { header, memo, signBefore }, error: null };
    }
    case 'PaymentPrepared':
      return { status: 'prepared', attempt: event.attempt, to_sign: null, error: null };
    case 'PaymentSubmitted':
      return { status: 'submitted', attempt: event.attempt };
    case 'PaymentConfirmed':
      return { status: 'confirmed', attempt: event.attempt, signature: event.signature, slot: event.slot };
    case 'PaymentFailed':
      return { status: 'failed', to_sign: null, error: { code: event.code, message: event.message } };
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
    case 'PaymentClosed':
      return row.status === 'failed' ? {} : { status: 'closed' };
    case 'RefundRejected':
      return { status: 'refund_rejected', error: { code: event.code, message: event.message } };
  }
}
