import { z } from 'zod';
import { field } from '../../../events/define.js';
import { paymentStatuses } from '../../../projections/payments/schema.js';
import { answer, anything, count, errorSchema, money } from './define.js';

const text = z.string();

export const paymentSchema = z.strictObject({
  id: field.id,
  workflowId: field.id,
  stepId: field.id,
  serviceId: field.id,
  status: z.enum(paymentStatuses),
  attempt: count,
  ...money('amount'),
  payTo: text,
  asset: text,
  network: text,
  signature: text.nullable().describe('of the transaction on the chain'),
  slot: text.nullable(),
  explorerUrl: text.nullable(),
  payer: text.describe('wallet of the user’s own; absent: the escrow').optional(),
  toSign: z
    .strictObject({
      transaction: text.describe('base64; sign it as it is'),
      requirement: anything.optional(),
      memo: text,
      signBefore: field.time,
    })
    .optional(),
  refund: z
    .strictObject({
      memo: text,
      until: field.time,
      signature: text.optional(),
      amount: field.micros.optional(),
      explorerUrl: text.optional(),
    })
    .nullable(),
  error: errorSchema.nullable(),
  quotedAt: field.time,
  updatedAt: field.time,
});

export const paymentsAnswer = answer({ payments: z.array(paymentSchema) });
