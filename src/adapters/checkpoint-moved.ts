import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';

export const checkpointMoved = (subscriber: string, previous: Position | undefined): Refusal =>
  new Refusal(
    'CONFLICT',
    `Another instance moved the checkpoint of ${subscriber} meanwhile.`,
    { subscriber, expected: previous ?? 'none' },
    'retryable',
  );
