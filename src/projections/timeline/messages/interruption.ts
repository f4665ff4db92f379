import { z } from 'zod';
import { field } from '../../../events/define.js';
import { pauseReasons } from '../../../events/interruption.js';
import { durable, money } from './define.js';

/** What stops a run for a while, and what undoes it. */
export const interruptionMessages = [
  durable('workflow.price_drift', 'A service asks for more than was approved. Nothing was paid.', {
    stepId: field.id,
    serviceId: field.id,
    planHash: field.sha256.describe('of the plan with the price asked, which is offered instead'),
    ...money('approved'),
    ...money('quoted'),
  }),
  durable('workflow.funds_exhausted', 'What is held does not cover what comes next.', {
    stepId: field.id.nullable(),
    ...money('required'),
    ...money('available'),
  }),
  durable('workflow.paused', 'Nothing new starts; the deadline’s clock stands still.', {
    reason: z.enum(pauseReasons),
    stepId: field.id.nullable().describe('that gave cause'),
  }),
  durable('workflow.resumed', 'The run goes on, with a later deadline.', { deadline: field.time }),
  durable('workflow.rollback_requested', 'The workflow this one was a step of is undone: so is this one.', {
    runNo: field.count,
    undoes: field.count.describe('the run whose effects are undone'),
    parentWorkflowId: field.id,
    stepId: field.id.describe('of the parent'),
    ...money('budget'),
  }),
  durable('workflow.rolling_back', 'What was done is being undone.', {
    cause: z.enum(['failure', 'cancel']),
    steps: z.array(field.id).min(1).describe('those that ran last first'),
  }),
  durable('workflow.rolled_back', 'What could be undone is undone, or was seen to by hand.', {
    rollback: z.enum(['completed', 'partial', 'resolved']),
  }),
  durable('workflow.rollback_failed', 'Some steps could not be undone: an operator sees to them.', {
    steps: z.array(field.id).min(1),
  }),
  durable('workflow.rollback_retried', 'An operator has it tried again.', {}),
];
