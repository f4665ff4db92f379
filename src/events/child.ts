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

export const childEvents = [ChildClosed, ChildDismissed] as const;

export type Parent = Readonly<z.output<typeof parentSchema>>;
export type ParentLink = Readonly<z.output<typeof parentLinkSchema>>;
export type ChildOutcome = (typeof childOutcomes)[number];
