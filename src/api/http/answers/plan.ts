import { z } from 'zod';
import { field } from '../../../events/define.js';
import { planStepSchema } from '../../../events/plan.js';
import { count, money } from './define.js';

const {
  estimatedCost: _e,
  maxCost: _m,
  service,
  alternatives: _a,
  compensation,
  ...step
} = planStepSchema.shape;
const { service: _s, maxCost: _c, ...undo } = compensation.unwrap().shape;

export const boundServiceSchema = z.strictObject({ ...service.unwrap().shape, ...money('price') });

export const planStepAnswer = z.strictObject({
  ...step,
  service: boundServiceSchema.optional(),
  alternatives: z.array(z.strictObject({ matchScore: z.number(), service: boundServiceSchema })).optional(),
  ...money('estimatedCost'),
  ...money('maxCost'),
  title: z.string(),
  input: z.string().nullable().describe('a JSONata expression; the owner’s alone'),
  compensation: z
    .strictObject({
      ...undo,
      service: boundServiceSchema.optional(),
      ...money('maxCost'),
      input: z.string().nullable(),
    })
    .describe('what undoes it')
    .optional(),
});

export const planAnswer = z.strictObject({
  planHash: field.sha256.nullable().describe('what an approval binds'),
  workflowHash: field.fieldElement,
  planner: z.string().nullable(),
  steps: z.array(planStepAnswer),
  criticalPath: z.array(field.id),
  parallelGroups: z.array(z.array(field.id)),
  ...money('compensationReserve'),
  ...money('maxCost'),
  planSummary: z.strictObject({
    steps: count.describe('without the one that assembles the result'),
    services: count,
    parallelSteps: count,
    ...money('estimatedCost'),
    estimatedTime: field.ms,
  }),
});
