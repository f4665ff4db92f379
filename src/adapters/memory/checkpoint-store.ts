import type { Position } from '../../kernel/event.js';
import type { CheckpointStore } from '../../ports/checkpoints.js';
import { checkpointMoved } from '../checkpoint-moved.js';

export class MemoryCheckpointStore implements CheckpointStore {
  private readonly positions = new Map<string, Position>();

  async load(subscriber: string): Promise<Position | undefined> {
    return this.positions.get(subscriber);
  }

  async save(subscriber: string, position: Position, previous: Position | undefined): Promise<void> {
    if (this.positions.get(subscriber) !== previous) throw checkpointMoved(subscriber, previous);
    this.positions.set(subscriber, position);
  }
}
