import { z } from 'zod';
import { field } from '../../../events/define.js';
import { stepKinds } from '../../../events/plan.js';
import { artifactRefSchema } from '../../../kernel/sealed.js';
import type { StepStatus } from '../../../projections/workflows/schema.js';
import { answer, anything, count, errorSchema, money, timeOrNull } from './define.js';

const stepStatuses = [
  'pending',
  'awaiting_confirmation',
  'scheduled',
  'running',
  'waiting_retry',
  'waiting',
  'held',
  'completed',
  'failed',
  'skipped',
  'cancelled',
] as const satisfies readonly StepStatus[];

const undoing = z.strictObject({
  status: z.enum(['scheduled', 'running', 'waiting_retry', 'completed', 'failed']),
  attempt: count,
  ...money('cost'),
  retryAt: timeOrNull,
  completedAt: timeOrNull,
  paymentId: field.id.nullable(),
  error: errorSchema.nullable(),
});

export const stepSchema = z.strictObject({
  kind: z.enum(stepKinds).optional(),
  name: z.string().optional(),
  dependencies: z.array(field.id).optional(),
  id: field.id,
  status: z.enum(stepStatuses),
  attempt: count,
  reassignedTo: field.id.describe('the alternative that does it').optional(),
  childWorkflowId: field.id.optional(),
  startedAt: timeOrNull,
  completedAt: timeOrNull,
  retryAt: timeOrNull,
  confirmBy: timeOrNull,
  waitsUntil: timeOrNull.optional(),
  branch: z.enum(['then', 'else']).nullable(),
  skipReason: z.string().nullable(),
  ...money('cost'),
  error: errorSchema.nullable(),
  compensation: undoing.nullable(),
});

export const stepResultSchema = z.strictObject({
  stepId: field.id,
  status: z.enum(['completed', 'failed']),
  success: z.boolean(),
  output: anything.describe('what is small comes along').optional(),
  outputRef: artifactRefSchema.describe('what is large: GET /artifacts/{hash}').optional(),
  inputHash: field.fieldElement.nullable(),
  outputHash: field.fieldElement.nullable(),
  ...money('cost'),
  timeMs: z.number().int().nullable(),
  attempts: count,
  paymentIds: z.array(field.id),
  error: errorSchema.optional(),
});

export const stepsAnswer = answer({
  steps: z.array(stepSchema),
  stepResults: z.array(stepResultSchema),
  nextAfter: field.id.nullable().describe('id of a step, where there are more of them'),
});
