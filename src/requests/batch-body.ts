import { z } from 'zod';
import { priorities } from '../events/batch.js';
import { LIMITS } from '../kernel/limits.js';
import { attachedFiles, sharedShape } from './create-body.js';

const word = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, 'a letter, then at most 39 letters, digits or _');

/** What one item has of its own. */
export const batchItemSchema = z.strictObject({
  input: sharedShape.input.describe('a request of its own, instead of the one of the template'),
  values: z
    .record(word, z.union([z.string().max(2_000), z.number(), z.boolean()]))
    .optional()
    .describe('what stands for each {name} in the request of the template'),
  params: z
    .record(word, z.record(z.string().max(200), z.json()))
    .optional()
    .describe('by step of the plan of the template: members put over its params'),
  metadata: sharedShape.metadata,
  files: attachedFiles,
});

/** POST /workflows/batch */
export const batchBodySchema = z.strictObject({
  template: z
    .strictObject(sharedShape)
    .refine((template) => template.input === undefined || template.plan === undefined, {
      message: 'send input or plan, not both',
      path: ['input'],
    })
    .prefault({})
    .describe('what all items share: as the body of POST /workflows/create'),
  items: z.array(batchItemSchema).min(1).max(LIMITS.batchItems),
  priority: z.enum(priorities).default('low').describe('of their work among all of yours'),
});

export type BatchBody = z.output<typeof batchBodySchema>;
export type BatchTemplate = BatchBody['template'];
export type BatchItem = z.output<typeof batchItemSchema>;
