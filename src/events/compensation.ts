/** How the side effects of a run that did not complete are undone (domain.md 5, T26–T35). Part of the workflow's stream. */
import { z } from 'zod';
import { parentSchema } from './child.js';
import { defineEvent, field } from './define.js';
import { stepKinds } from './plan.js';
import { samplePayment, sampleTime } from './samples.js';
import { errorSchema, paymentEvidenceSchema } from './step-facts.js';

export const CompensationStarted = defineEvent(
  'CompensationStarted',
  1,
  {
    runNo: field.count,
    cause: z.enum(['failure', 'cancel']),
    /** the steps to undo, those that ran last first */
    steps: z.array(field.id).min(1).max(500),
    startedAt: field.time,
  },
  { runNo: 1, cause: 'failure', steps: ['step_2', 'step_1'], startedAt: sampleTime },
);

export const StepCompensationScheduled = defineEvent(
  'StepCompensationScheduled',
  1,
  {
    runNo: field.count,
    stepId: field.id,
    attempt: field.count,
    /** repeated from the plan for those who react: a service is called, or an expression evaluated */
    kind: z.enum(stepKinds),
    timeoutMs: field.ms,
    scheduledAt: field.time,
    /** the workflow that the step was: it is undone by its own steps */
    child: field.id.optional(),
  },
  { runNo: 1, stepId: 'step_1', attempt: 1, kind: 'service_call', timeoutMs: 30000, scheduledAt: sampleTime },
);

export const StepCompensationStarted = defineEvent(
  'StepCompensationStarted',
  1,
  { stepId: field.id, attempt: field.count, worker: z.string().max(80), startedAt: field.time },
  { stepId: 'step_1', attempt: 1, worker: 'worker-1', startedAt: sampleTime },
);

export const StepCompensated = defineEvent(
  'StepCompensated',
  1,
  {
    stepId: field.id,
    attempt: field.count,
    cost: field.micros,
    payment: paymentEvidenceSchema.optional(),
    startedAt: field.time,
    completedAt: field.time,
    /** somebody saw to it by hand, in the workflow that the step was */
    resolved: z.literal(true).optional(),
  },
  {
    stepId: 'step_1',
    attempt: 1,
    cost: '20000',
    payment: samplePayment,
    startedAt: sampleTime,
    completedAt: sampleTime,
  },
);

const error = { code: 'SERVICE_ERROR', message: 'The service answered 503.', kind: 'retryable' } as const;

export const StepCompensationRetryScheduled = defineEvent(
  'StepCompensationRetryScheduled',
  1,
  { runNo: field.count, stepId: field.id, attempt: field.count, at: field.time, error: errorSchema },
  { runNo: 1, stepId: 'step_1', attempt: 2, at: sampleTime, error },
);

export const StepCompensationFailed = defineEvent(
  'StepCompensationFailed',
  1,
  { stepId: field.id, attempt: field.count, error: errorSchema, failedAt: field.time },
  { stepId: 'step_1', attempt: 3, error, failedAt: sampleTime },
);

export const CompensationCompleted = defineEvent(
  'CompensationCompleted',
  1,
  { runNo: field.count, rollback: z.enum(['completed', 'partial', 'resolved']), completedAt: field.time },
  { runNo: 1, rollback: 'completed', completedAt: sampleTime },
);

export const CompensationFailed = defineEvent(
  'CompensationFailed',
  1,
  {
    runNo: field.count,
    userId: field.id,
    steps: z.array(field.id).min(1).max(500),
    failedAt: field.time,
    /** who waits for it */
    parent: parentSchema.optional(),
  },
  { runNo: 1, userId: 'user_01', steps: ['step_1'], failedAt: sampleTime },
);

export const CompensationRestarted = defineEvent(
  'CompensationRestarted',
  1,
  {
    runNo: field.count,
    by: field.id,
    restartedAt: field.time,
    /** the attempt of its parent that has it tried again; `by` is `system` then */
    parent: parentSchema.optional(),
  },
  { runNo: 1, by: 'user_operator', restartedAt: sampleTime },
);

export const CompensationResolved = defineEvent(
  'CompensationResolved',
  1,
  {
    runNo: field.count,
    by: field.id,
    /** the operator's own words on what was done by hand */
    note: field.sentence,
    resolvedAt: field.time,
    /** steps that were workflows of their own and could not be undone: those are resolved first, then the run ends */
    children: z
      .array(z.strictObject({ stepId: field.id, attempt: field.count, childId: field.id }))
      .min(1)
      .max(500)
      .optional(),
  },
  { runNo: 1, by: 'user_operator', note: 'Refunded by hand, ticket 7.', resolvedAt: sampleTime },
);

export const compensationEvents = [
  CompensationStarted,
  StepCompensationScheduled,
  StepCompensationStarted,
  StepCompensated,
  StepCompensationRetryScheduled,
  StepCompensationFailed,
  CompensationCompleted,
  CompensationFailed,
  CompensationRestarted,
  CompensationResolved,
] as const;
