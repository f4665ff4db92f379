import { z } from 'zod';
import { LIMITS } from '../kernel/limits.js';
import { usdcSchema } from './create-body.js';

const stepId = z.string().regex(/^step_[0-9]{1,4}$/, 'the id of a step, such as step_2');

/** POST /workflows/:id/fork */
export const forkBodySchema = z.strictObject({
  fromStep: stepId.describe('the first step that runs again; what comes before it is kept'),
  request: z
    .string()
    .trim()
    .min(LIMITS.requestMinChars)
    .max(LIMITS.requestMaxChars)
    .refine((text) => text.isWellFormed(), { message: 'half a surrogate pair is not text' })
    .optional()
    .describe('the request in other words, for the steps that run again'),
  parameters: z
    .record(stepId, z.union([z.string().min(1).max(20_000), z.record(z.string().min(1).max(200), z.json())]))
    .default({})
    .describe(
      'by step: members put over those of its input, or, as a string, another JSONata expression for it',
    ),
  service: z
    .record(stepId, z.string().min(1).max(100))
    .default({})
    .describe('by step: the id of the service to call instead'),
  maxCost: usdcSchema
    .optional()
    .describe('USDC for the steps that are left; the limit of the old one by default'),
  autoApprove: z.boolean().optional().describe('approves what costs nothing; as the old one by default'),
});

export type ForkBody = z.output<typeof forkBodySchema>;
