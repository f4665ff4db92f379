import { z } from 'zod';
import type { HoldTo } from '../../verification/question.js';
import { element } from '../../verifier/document.js';

/** What whoever asks wants a receipt held to. */
export const holdQuery = z.strictObject({
  level: z.enum(['basic', 'full', 'zero-knowledge', 'signed']).optional(),
  context: element.optional().describe('the context a proof must have been made for'),
});

export const holdTo = ({ level, context }: z.output<typeof holdQuery>): HoldTo => ({
  ...(level !== undefined && { level }),
  ...(context !== undefined && { context }),
});
