import type { MicrosText } from '../../kernel/money.js';
import { defineTable } from '../table.js';

export const paymentStatuses = [
  'quoted',
  'authorized',
  'awaiting_signature',
  'prepared',
  'submitted',
  'confirmed',
  'failed',
  'closed',
  'delivered',
  'undelivered',
  'refund_requested',
  'refunded',
  'refund_rejected',
] as const;

export interface PaymentRow {
  readonly payment_id: string;
  readonly revision: number;
  readonly workflow_id: string;
  readonly run_no: number;
  readonly step_id: string;
  readonly user_id: string;
  readonly service_id: string;
  readonly status: (typeof paymentStatuses)[number];
  readonly attempt: number;
  readonly amount: MicrosText;
  readonly pay_to: string;
  readonly asset: string;
  readonly network: string;
  readonly signature: string | null;
  readonly slot: string | null;
  /** what a transfer that gives it back carries, until when it is looked for, and what came */
  readonly refund: {
    readonly memo: string;
    readonly until: string;
    readonly signature?: string;
    readonly amount?: MicrosText;
  } | null;
  /** wallet of the user that pays; null: the escrow */
  readonly payer: string | null;
  /** what that wallet is to sign */
  readonly to_sign: { readonly header: string; readonly memo: string; readonly signBefore: string } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly quoted_at: string;
  readonly updated_at: string;
}

export const paymentsTable = defineTable<PaymentRow>({
  name: 'rm_payments',
  columns: {
    payment_id: 'text',
    revision: 'integer',
    workflow_id: 'text',
    run_no: 'integer',
    step_id: 'text',
    user_id: 'text',
    service_id: 'text',
    status: 'text',
    attempt: 'integer',
    amount: 'bigint',
    pay_to: 'text',
    asset: 'text',
    network: 'text',
    signature: 'text',
    slot: 'text',
    refund: 'json',
    payer: 'text',
    to_sign: 'json',
    error: 'json',
    quoted_at: 'text',
    updated_at: 'text',
  },
  key: ['payment_id'],
  newer: 'revision',
  indexes: ['workflow_id, quoted_at'],
});
