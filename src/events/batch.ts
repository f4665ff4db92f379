/**
 * Many workflows asked for at once. These are storage formats: change them only by a new version and an upcaster.
 * What the user wrote stands in the artifact store, sealed.
 */
import { z } from 'zod';
import { artifactRefSchema } from '../kernel/sealed.js';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';

export const priorities = ['high', 'normal', 'low'] as const;

const sampleRef = { sha256: 'c'.repeat(64), size: 400, mediaType: 'application/json' };

export const BatchCreated = defineEvent(
  'BatchCreated',
  1,
  {
    batchId: field.id,
    userId: field.id,
    /** what all items share */
    template: artifactRefSchema,
    /** what each has of its own, in pieces of `pieceSize` items */
    pieces: z.array(artifactRefSchema).min(1).max(200),
    pieceSize: z.number().int().min(1).max(1_000),
    count: z.number().int().min(1).max(10_000),
    priority: z.enum(priorities),
    createdAt: field.time,
  },
  {
    batchId: 'bat_01',
    userId: 'user_01',
    template: sampleRef,
    pieces: [sampleRef],
    pieceSize: 100,
    count: 40,
    priority: 'low',
    createdAt: sampleTime,
  },
);

/** Items from `from` up to, and without, `to` are workflows now, but for those refused. */
export const BatchItemsCreated = defineEvent(
  'BatchItemsCreated',
  1,
  {
    userId: field.id,
    from: field.count,
    to: field.count,
    refused: z
      .array(z.strictObject({ index: field.count, code: field.code, message: field.sentence }))
      .max(1_000),
    /** there are more to create */
    more: z.boolean(),
    /** it was cancelled meanwhile: these are to be cancelled too */
    late: z.literal(true).optional(),
  },
  {
    userId: 'user_01',
    from: 0,
    to: 40,
    refused: [{ index: 7, code: 'KEY_DESTROYED', message: 'Erased.' }],
    more: false,
  },
);

export const BatchCancelled = defineEvent(
  'BatchCancelled',
  1,
  { by: field.id, cancelledAt: field.time },
  { by: 'user_01', cancelledAt: sampleTime },
);

/** Of the items, those below `to` are asked to end. */
export const BatchItemsCancelled = defineEvent(
  'BatchItemsCancelled',
  1,
  { userId: field.id, to: field.count, more: z.boolean() },
  { userId: 'user_01', to: 40, more: false },
);

export const batchEvents = [BatchCreated, BatchItemsCreated, BatchCancelled, BatchItemsCancelled] as const;

export type BatchEvent = EventOf<(typeof batchEvents)[number]>;
export type BatchEventOf<T extends BatchEvent['type']> = Extract<BatchEvent, { type: T }>;
