import { z } from 'zod';
import { field } from '../../../events/define.js';
import { runOutcomes, verificationLevels } from '../../../events/workflow.js';
import { answer, anything, count, errorSchema, money } from './define.js';

const proving = z.strictObject({
  stage: z.enum(['queued', 'preparing', 'witness', 'proving', 'verifying']),
  done: z.number().min(0).max(1).describe('share of the stage'),
  part: z.strictObject({ number: count, of: count }).describe('of a chain of proofs').optional(),
});

export const receiptSchema = z.strictObject({
  id: field.id,
  workflowId: field.id,
  runNo: count,
  outcome: z.enum(runOutcomes),
  verificationLevel: z.enum(verificationLevels),
  zkStatus: z.enum(['not_required', 'pending', 'proven', 'verified', 'failed']),
  proving: proving.optional(),
  proofError: errorSchema.optional(),
  unprovable: z.string().optional(),
  ...money('totalCost'),
  documentHash: field.sha256,
  keyId: z.string(),
  circuitId: z.string().nullable(),
  circuitVersion: z.string().nullable(),
  vkeyHash: field.sha256.nullable(),
  keyKind: z.enum(['development', 'production']).nullable(),
  provingMs: field.ms.nullable(),
  shared: z.boolean(),
  issuedAt: field.time,
  revokedAt: field.time.optional(),
  revokedReason: z.string().optional(),
  document: anything.describe('the signed document: docs/schema/receipt.schema.json'),
});

export const receiptAnswer = answer({ receipt: receiptSchema });
