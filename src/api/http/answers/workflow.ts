import { z } from 'zod';
import { field } from '../../../events/define.js';
import { forkedFromSchema } from '../../../events/fork.js';
import { pauseReasons } from '../../../events/interruption.js';
import { verificationLevels } from '../../../events/workflow.js';
import { artifactRefSchema } from '../../../kernel/sealed.js';
import { timelineMessages } from '../../../projections/timeline/messages/index.js';
import { workflowStatuses } from '../workflow-statuses.js';
import { answer, anything, count, errorSchema, money, moneyOrNull, timeOrNull } from './define.js';
import { paymentSchema } from './payment.js';
import { planAnswer } from './plan.js';

export const statusSchema = z.enum(workflowStatuses);
const approvalReason = z.enum(['initial', 'funds_lost', 'price_drift', 'funds_exhausted']);
const failure = z.strictObject({ ...errorSchema.shape, stepId: field.id.optional() }).nullable();

const summary = {
  id: field.id,
  userId: field.id,
  status: statusSchema,
  reason: z.string().describe('why it is cancelled').optional(),
  approvalReason: approvalReason.optional(),
  pauseReason: z.enum(pauseReasons).optional(),
  pausedStep: field.id.nullable().optional(),
  terminal: z.boolean().describe('the run is over'),
  needsOperator: z.boolean(),
  partial: z.boolean(),
  cancelRequested: z.boolean(),
  runNo: count,
  keptSteps: z.array(field.id).optional(),
  batchId: field.id.optional(),
  mandateId: field.id.optional(),
  forkedFrom: forkedFromSchema.optional(),
  parent: z.strictObject({ workflowId: field.id, stepId: field.id }).optional(),
  origin: z.enum(['request', 'plan']),
  verificationLevel: z.enum(verificationLevels),
  createdAt: field.time,
  updatedAt: field.time,
  startedAt: timeOrNull,
  closedAt: timeOrNull,
  currentStep: count.describe('steps that are finished'),
  totalSteps: count.nullable(),
  ...money('maxCost'),
  maxTime: field.ms,
  ...money('spent'),
  ...moneyOrNull('saved'),
  error: failure,
};

const waitingFigures = {
  waiting: count,
  inFlight: count,
  limit: z.strictObject({ concurrency: count.optional(), perMinute: count.optional() }).nullable(),
  because: z.string().nullable(),
  oldestMs: field.ms.nullable(),
};

export const workflowSummarySchema = z.strictObject(summary);

export const workflowSchema = z.strictObject({
  ...summary,
  input: z.string().describe('the request in plain words').optional(),
  givenPlan: anything.describe('the plan its owner gave instead').optional(),
  metadata: anything,
  files: z.array(z.strictObject({ name: z.string(), ...artifactRefSchema.shape })),
  intent: z
    .strictObject({
      classification: z.string(),
      capabilities: z.array(z.string()),
      confidence: z.number(),
      method: z.enum(['rule', 'llm', 'given']),
    })
    .nullable(),
  plan: planAnswer.nullable(),
  approval: z
    .strictObject({
      requestId: field.id,
      reason: approvalReason,
      expiresAt: field.time,
      declined: z
        .strictObject({ ...errorSchema.shape, ...moneyOrNull('limit'), ...moneyOrNull('asked') })
        .describe('why a mandate did not approve it')
        .optional(),
    })
    .nullable(),
  deadline: timeOrNull,
  elapsed: z.number().int().nullable(),
  runningSteps: z.array(field.id),
  stepsToConfirm: z.array(field.id),
  rollback: z.string().nullable(),
  rating: z
    .strictObject({ stars: z.number().int().min(1).max(5), comment: z.string().nullable() })
    .nullable(),
  payments: z.array(paymentSchema),
  waiting: z
    .strictObject({
      ...waitingFigures,
      services: z.array(z.strictObject({ key: field.id, ...waitingFigures })),
    })
    .nullable()
    .describe('what all work of its owner waits for'),
});

export const resultSchema = z.strictObject({
  workflowId: field.id,
  status: statusSchema,
  terminal: z.boolean(),
  partial: z.boolean(),
  result: anything.describe('null until there is one'),
  resultHash: field.fieldElement.nullable(),
  error: failure,
  ...money('spent'),
  closedAt: timeOrNull,
});

export const createdAnswer = answer({
  workflow: z.strictObject({ id: field.id, status: statusSchema, createdAt: field.time }),
  result: resultSchema.nullable().describe('where `wait` was asked for').optional(),
});
export const workflowAnswer = answer({ workflow: workflowSchema });
export const historyAnswer = answer({
  workflows: z.array(workflowSummarySchema),
  total: count,
  nextCursor: z.string().nullable(),
});
export const resultAnswer = answer(resultSchema.shape);
export const eventsAnswer = answer({
  events: z.array(z.discriminatedUnion('type', timelineMessages.map(({ schema }) => schema) as never)),
  nextFrom: count,
});
export const approvedAnswer = answer({
  message: z.string(),
  planHash: field.sha256,
  ...money('budget'),
});
export const toldAnswer = answer({ message: z.string(), status: statusSchema });
