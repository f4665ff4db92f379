import { z } from 'zod';
import { field } from './define.js';

/** Field schemas that the events of steps and of their compensations share. */
export const errorSchema = z.strictObject({
  code: field.code,
  message: field.sentence,
  kind: z.enum(['terminal', 'retryable', 'unknown']),
});

/** Proof that money moved for a step: enough to find it on the chain. */
export const paymentEvidenceSchema = z.strictObject({
  paymentId: field.id,
  signature: z.string().max(100),
  slot: z.string().regex(/^[0-9]{1,20}$/),
  payer: z.string().max(80),
  payee: z.string().max(80),
  amount: field.micros,
  asset: z.string().max(80),
  network: z.string().max(80),
  /** JWS in which the recipient says that it was paid and delivered */
  serviceReceipt: z.string().max(2_000).optional(),
});
