import { z } from 'zod';
import { field } from '../../../events/define.js';
import { signalName, stepKinds } from '../../../events/plan.js';
import { rollbacks, runOutcomes } from '../../../events/workflow.js';
import { durable, money, moneyIfAny } from './define.js';

const stepInPlan = z.strictObject({
  id: field.id,
  kind: z.enum(stepKinds),
  name: z.string().max(160),
  dependencies: z.array(field.id),
  alternatives: z.array(field.id).describe('services that may do it when its own fails for good').optional(),
  serviceId: field.id.optional(),
  serviceName: z.string().max(120).optional(),
});

/** From the request to the end of a run. */
export const workflowMessages = [
  durable('workflow.planning', 'A plan is being made.', { runNo: field.count }),
  durable('workflow.plan_ready', 'A plan was made, with what each step is and what it may cost.', {
    runNo: field.count,
    planHash: field.sha256,
    planner: z.string().max(80),
    steps: z.array(stepInPlan).min(1),
    ...money('estimatedCost'),
    ...money('maxCost'),
    estimatedTime: field.ms.describe('ms, along the critical path'),
  }),
  durable('workflow.awaiting_approval', 'The plan waits for its owner, until a time.', {
    requestId: field.id,
    reason: z.enum(['initial', 'funds_lost', 'price_drift', 'funds_exhausted']),
    expiresAt: field.time,
  }),
  durable('workflow.approved', 'The plan was approved, and its budget is held.', {
    requestId: field.id,
    planHash: field.sha256,
    automatic: z.boolean(),
    ...money('budget'),
    mandateId: field.id.describe('that stood for its owner’s word').optional(),
  }),
  durable('workflow.auto_approval_declined', 'A mandate did not cover the plan: its owner is asked.', {
    requestId: field.id,
    mandateId: field.id,
    code: field.code,
    message: field.sentence,
    ...moneyIfAny('limit'),
    ...moneyIfAny('asked'),
  }),
  durable('workflow.approval_expired', 'Nobody approved the plan in time.', { requestId: field.id }),
  durable('workflow.executing', 'The steps begin.', { startedAt: field.time, deadline: field.time }),
  durable('workflow.signal', 'Somebody outside told the run something.', {
    name: signalName,
    signalId: field.id,
  }),
  durable('workflow.cancelling', 'The run is being cancelled: nothing new starts.', {}),
  durable('workflow.retrying', 'Another run begins. It keeps what the one before has completed.', {
    runNo: field.count,
    mode: z.enum(['resume', 'restart']),
    kept: z.array(field.id).describe('ids of steps, in the order they completed'),
    signals: z.array(field.id).describe('ids of signals the run has heard already').optional(),
  }),
  durable('workflow.completed', 'Every step that had to is done.', {
    partial: z.boolean().describe('steps the result can do without have failed'),
    ...money('totalCost'),
  }),
  durable('workflow.failed', 'The run cannot go on. Unless terminal, what it did is undone next.', {
    code: field.code,
    message: field.sentence,
    stepId: field.id.nullable(),
    terminal: z.boolean(),
  }),
  durable('workflow.cancelled', 'The run is cancelled.', {
    reason: z.enum(['by_owner', 'approval_expired', 'undone_with_parent']),
    ...money('totalCost'),
  }),
  durable('workflow.closed', 'The run is over: nothing of it moves any more. Its receipt follows.', {
    runNo: field.count,
    outcome: z.enum(runOutcomes),
    rollback: z.enum(rollbacks),
    ...money('totalCost'),
  }),
];
