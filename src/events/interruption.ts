/**
 * What keeps a run from going on as planned: a step goes to another service, a price rises, money runs out, the owner
 * stops it for a while (domain.md 5, T17, T23–T25). Part of the workflow's stream.
 */
import { z } from 'zod';
import { defineEvent, field } from './define.js';
import { planSchema } from './plan.js';
import { samplePlan, sampleTime } from './samples.js';
import { errorSchema } from './step-facts.js';

/** Another service of the plan step does it from now on; `attempt` is its first. */
export const StepReassigned = defineEvent(
  'StepReassigned',
  1,
  {
    runNo: field.count,
    stepId: field.id,
    attempt: field.count,
    /** ids of services */
    from: field.id,
    to: field.id,
    code: field.code,
  },
  {
    runNo: 1,
    stepId: 'step_1',
    attempt: 4,
    from: 'svc_trend',
    to: 'svc_trend_2',
    code: 'SERVICE_ERROR',
  },
);

/** Nothing was paid. The plan with the price asked is offered instead of the one that was approved. */
export const PriceDriftDetected = defineEvent(
  'PriceDriftDetected',
  1,
  {
    runNo: field.count,
    stepId: field.id,
    attempt: field.count,
    serviceId: field.id,
    approved: field.micros,
    quoted: field.micros,
    plan: planSchema,
    planHash: field.sha256,
  },
  {
    runNo: 1,
    stepId: 'step_1',
    attempt: 1,
    serviceId: 'svc_trend',
    approved: '20000',
    quoted: '25000',
    plan: samplePlan,
    planHash: 'c'.repeat(64),
  },
);

/** What is held does not cover what comes next; `stepId` and `attempt` of the one that could not be paid. */
export const BudgetExhausted = defineEvent(
  'BudgetExhausted',
  1,
  {
    runNo: field.count,
    holdId: field.id,
    stepId: field.id.optional(),
    attempt: field.count.optional(),
    required: field.micros,
    available: field.micros,
  },
  { runNo: 1, holdId: 'hold_1', stepId: 'step_1', attempt: 1, required: '20000', available: '0' },
);

/** Its attempts are used up, and the owner wanted to be asked then. */
export const StepHeld = defineEvent(
  'StepHeld',
  1,
  { runNo: field.count, stepId: field.id, attempt: field.count, error: errorSchema },
  {
    runNo: 1,
    stepId: 'step_1',
    attempt: 3,
    error: { code: 'SERVICE_ERROR', message: 'The service answered 503.', kind: 'retryable' },
  },
);

export const pauseReasons = ['price_drift', 'funds_exhausted', 'retries_exhausted', 'by_owner'] as const;
export type PauseReason = (typeof pauseReasons)[number];

/** Nothing new starts and the deadline's clock stands still; what is in flight finishes and is recorded. */
export const ExecutionPaused = defineEvent(
  'ExecutionPaused',
  1,
  {
    runNo: field.count,
    reason: z.enum(pauseReasons),
    /** the step that gave cause */
    stepId: field.id.optional(),
    pausedAt: field.time,
  },
  { runNo: 1, reason: 'price_drift', stepId: 'step_1', pausedAt: sampleTime },
);

/** `deadline` is as much later as the pause was long. What was held begins a new round of attempts. */
export const ExecutionResumed = defineEvent(
  'ExecutionResumed',
  1,
  { runNo: field.count, by: field.id, resumedAt: field.time, deadline: field.time },
  { runNo: 1, by: 'user_01', resumedAt: sampleTime, deadline: sampleTime },
);

export const interruptionEvents = [
  StepReassigned,
  PriceDriftDetected,
  BudgetExhausted,
  StepHeld,
  ExecutionPaused,
  ExecutionResumed,
] as const;
