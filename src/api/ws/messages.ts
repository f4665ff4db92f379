import { z } from 'zod';
import { field } from '../../events/define.js';
import type { MessageDefinition } from '../../projections/timeline/messages/define.js';

/** What a stream says besides what stands in the timeline. It has no number: it is about this connection, or passing. */
export const passingMessages: readonly MessageDefinition[] = [
  {
    type: 'connected',
    summary: 'First of every connection: from which number on this stream tells.',
    schema: z.strictObject({
      type: z.literal('connected'),
      workflowId: field.id,
      data: z.strictObject({ from: z.number().int().min(1) }),
      timestamp: field.time,
    }),
  },
  {
    type: 'step.progress',
    summary: 'What a step says of itself while it runs. It may be lost, and is never told again.',
    schema: z.strictObject({
      type: z.literal('step.progress'),
      workflowId: field.id,
      data: z.record(z.string(), z.unknown()),
      timestamp: field.time,
    }),
  },
];
