/** How a workflow goes on from a step of another one, with what that one has paid for. Part of the new one's stream. */
import { z } from 'zod';
import { contentSchema } from '../kernel/sealed.js';
import { defineEvent, field } from './define.js';
import { sampleContent, sampleTime } from './samples.js';

/** The run a result comes from: it was made, and paid, there. */
export const originRunSchema = z.strictObject({ workflowId: field.id, runNo: field.count });

/** The step a fork begins at; everything else that stands is kept. */
export const forkedFromSchema = z.strictObject({ ...originRunSchema.shape, stepId: field.id });

export const StepKept = defineEvent(
  'StepKept',
  1,
  {
    stepId: field.id,
    from: originRunSchema,
    /** those of the run it comes from; the commitments open with the same secret here as there */
    attempt: field.count,
    output: contentSchema,
    inputHash: field.fieldElement,
    outputHash: field.fieldElement,
    branch: z.enum(['then', 'else']).optional(),
    startedAt: field.time,
    completedAt: field.time,
    /** place among what is kept, from 1 */
    seq: field.count,
  },
  {
    stepId: 'step_1',
    from: { workflowId: 'wf_00', runNo: 1 },
    attempt: 1,
    output: sampleContent,
    inputHash: '11',
    outputHash: '22',
    startedAt: sampleTime,
    completedAt: sampleTime,
    seq: 1,
  },
);

export const forkEvents = [StepKept] as const;

export type OriginRun = Readonly<z.output<typeof originRunSchema>>;
export type ForkedFrom = Readonly<z.output<typeof forkedFromSchema>>;
