import { z } from 'zod';
import { FIELD } from '../../kernel/commitments/field.js';
import type { HoldTo } from '../../verification/question.js';

/** An element of the field in its one form. */
export const contextField = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,76})$/, 'is a canonical decimal')
  .refine((text) => BigInt(text) < FIELD, 'is below the order of the field');

/** What whoever asks wants a receipt held to. */
export const holdQuery = z.strictObject({
  level: z.enum(['basic', 'full', 'zero-knowledge', 'signed']).optional(),
  context: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,76})$/, 'is a canonical decimal')
    .optional()
    .describe('the context a proof must have been made for'),
});

export const holdTo = ({ level, context }: z.output<typeof holdQuery>): HoldTo => ({
  ...(level !== undefined && { level }),
  ...(context !== undefined && { context }),
});
