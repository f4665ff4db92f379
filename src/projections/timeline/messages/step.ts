import { z } from 'zod';
import { childOutcomes } from '../../../events/child.js';
import { field } from '../../../events/define.js';
import { originRunSchema } from '../../../events/fork.js';
import { signalName } from '../../../events/plan.js';
import { attemptOf, durable, money, publicError } from './define.js';

const signature = z.string().max(100).describe('of the transaction on the chain');

/** The payment that was made for it, if one was: both members or neither. */
const paymentIfAny = { paymentId: field.id.optional(), signature: signature.optional() };

export const stepMessages = [
  durable('step.kept', 'Its result was made, and paid, in an earlier workflow.', {
    stepId: field.id,
    from: originRunSchema,
  }),
  durable('step.confirmation_requested', 'It waits for its owner’s word, until a time.', {
    stepId: field.id,
    expiresAt: field.time,
  }),
  durable('step.confirmed', 'Its owner said yes.', { stepId: field.id }),
  durable('step.declined', 'Its owner said no, or nothing in time.', {
    stepId: field.id,
    reason: z.enum(['declined', 'expired']),
  }),
  durable('step.started', 'A worker has begun with it.', attemptOf),
  durable('step.waiting', 'It waits: for a time, for a signal, or for a workflow of its own.', {
    ...attemptOf,
    until: field.time,
    signal: signalName.optional(),
    childWorkflowId: field.id.optional(),
  }),
  durable('step.signalled', 'It has the signal it waited for.', { ...attemptOf, signalId: field.id }),
  durable('step.child_closed', 'The workflow that it is, is over.', {
    ...attemptOf,
    childWorkflowId: field.id,
    outcome: z.enum(childOutcomes),
    ...money('cost'),
  }),
  durable('step.child_dismissed', 'The workflow that it is, is not needed any more, and is undone.', {
    ...attemptOf,
    childWorkflowId: field.id,
  }),
  durable('step.completed', 'It is done.', {
    ...attemptOf,
    timeMs: z.number().int(),
    ...money('cost'),
    branch: z.enum(['then', 'else']).describe('of a conditional step').optional(),
    ...paymentIfAny,
  }),
  durable('step.retrying', 'It is tried again at a time.', { ...attemptOf, at: field.time }),
  durable('step.reassigned', 'Another service of the plan does it from now on.', {
    ...attemptOf,
    from: field.id,
    to: field.id,
    code: field.code,
  }),
  durable('step.held', 'Its attempts are used up, and its owner is asked what to do.', {
    ...attemptOf,
    error: publicError,
  }),
  durable('step.failed', 'It has failed for good.', { ...attemptOf, error: publicError }),
  durable('step.skipped', 'It need not run.', {
    stepId: field.id,
    reason: z.enum(['condition_false', 'dependency_skipped', 'dependency_failed']),
  }),
  durable('step.cancelled', 'It was stopped.', attemptOf),
  durable('step.compensated', 'What it did is undone.', {
    ...attemptOf,
    ...money('cost'),
    ...paymentIfAny,
    resolved: z.literal(true).describe('somebody saw to it by hand').optional(),
  }),
];
