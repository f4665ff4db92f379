/** A step that is a workflow of its own: what its parent's stream says of it, and what its own says of its parent. */
import { z } from 'zod';
import { defineEvent, field } from './define.js';
import { sampleTime } from './samples.js';

/** The attempt of a step that a workflow was made for. */
export const parentSchema = z.strictObject({
  workflowId: field.id,
  runNo: field.count,
  stepId: field.id,
  attempt: field.count,
});

/** What a child's stream begins with. */
export const parentLinkSchema = z.strictObject({
  ...parentSchema.shape,
  /** generations above it */
  depth: field.count,
  /** of its parent's run: what the child may spend is split off from it */
  holdId: field.id.optional(),
});

export const childOutcomes = ['completed', 'failed', 'cancelled', 'expired', 'refused'] as const;

/** Its own run is over, or was never begun (`refused`). Its step goes on with what it gave, or has failed. */
export const ChildClosed = defineEvent(
  'ChildClosed',
  1,
  {
    runNo: field.count,
    stepId: field.id,
    attempt: field.count,
    childId: field.id,
    outcome: z.enum(childOutcomes),
    /** what it really spent, undoing included */
    cost: field.micros,
    closedAt: field.time,
    /** most that undoing what it did may cost; absent: nothing of it can be undone */
    undo: field.micros.optional(),
    /** something it did cannot be undone */
    lasting: z.literal(true).optional(),
  },
  {
    runNo: 1,
    stepId: 'step_1',
    attempt: 1,
    childId: 'wf_02',
    outcome: 'completed',
    cost: '20000',
    closedAt: sampleTime,
  },
);

/** Its parent has no use for it any more: it is cancelled, and what it did is undone. */
export const ChildDismissed = defineEvent(
  'ChildDismissed',
  1,
  { runNo: field.count, stepId: field.id, attempt: field.count, childId: field.id },
  { runNo: 1, stepId: 'step_1', attempt: 1, childId: 'wf_02' },
);

/**
 * The parent undoes the step that it was: another run of it begins, which keeps every result and undoes what can be
 * undone. The run that completed stays as it is, and so does its receipt.
 */
export const RollbackRequested = defineEvent(
  'RollbackRequested',
  1,
  {
    /** of the run that begins */
    runNo: field.count,
    /** the run that did what is undone */
    undoes: field.count,
    /** the attempt to undo that step which asks for it */
    parent: parentSchema,
    /** what completed, in that order, each with the run it completed in */
    kept: z
      .array(z.strictObject({ stepId: field.id, runNo: field.count }))
      .min(1)
      .max(500),
    /** split off its parent's; absent when undoing costs nothing */
    holdId: field.id.optional(),
    /** most that undoing may cost: the amount held */
    budget: field.micros,
    requestedAt: field.time,
  },
  {
    runNo: 2,
    undoes: 1,
    parent: { workflowId: 'wf_00', runNo: 1, stepId: 'step_1', attempt: 1 },
    kept: [{ stepId: 'step_1', runNo: 1 }],
    holdId: 'hold_2',
    budget: '5000',
    requestedAt: sampleTime,
  },
);

export const childEvents = [ChildClosed, ChildDismissed, RollbackRequested] as const;

export type Parent = Readonly<z.output<typeof parentSchema>>;
export type ParentLink = Readonly<z.output<typeof parentLinkSchema>>;
export type ChildOutcome = (typeof childOutcomes)[number];
