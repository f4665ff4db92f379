import { z } from 'zod';
import { field } from '../../../events/define.js';
import { runOutcomes, verificationLevels } from '../../../events/workflow.js';
import { durable, money } from './define.js';

const address = z.string().max(80);

export const paymentMessages = [
  durable('payment.signature_requested', 'A wallet of the user’s own is to sign this, before a time.', {
    paymentId: field.id,
    attempt: field.count,
    stepId: field.id,
    payer: address,
    payTo: address,
    signBefore: field.time,
    header: z.string().max(8_000).describe('the payment as it will be sent, but for the signature'),
    ...money('amount'),
  }),
  durable('payment.submitted', 'It was sent.', { paymentId: field.id, attempt: field.count }),
  durable('payment.confirmed', 'The chain shows it.', {
    paymentId: field.id,
    signature: z.string().max(100),
    ...money('amount'),
  }),
  durable('payment.failed', 'What was sent can never land any more; nothing moved.', {
    paymentId: field.id,
    code: field.code,
    message: field.sentence,
  }),
];

export const receiptMessages = [
  durable('receipt.issued', 'The run has its signed receipt.', {
    receiptId: field.id,
    runNo: field.count,
    outcome: z.enum(runOutcomes),
    level: z.enum(verificationLevels),
  }),
  durable('receipt.proven', 'The receipt has its proof.', {
    receiptId: field.id,
    circuitId: z.string().max(80),
    circuitVersion: z.string().max(40),
    keyKind: z.enum(['development', 'production']),
    provingMs: field.ms,
  }),
  durable('receipt.revoked', 'The issuer has taken back its word.', {
    receiptId: field.id,
    reason: field.sentence,
  }),
];
