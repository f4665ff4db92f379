import type { Position } from '../kernel/event.js';

/** Where each durable subscriber stands. */
export interface CheckpointStore {
  load(subscriber: string): Promise<Position | undefined>;
  /** @throws Refusal CONFLICT when another instance moved it meanwhile */
  save(subscriber: string, position: Position, previous: Position | undefined): Promise<void>;
}
