import type { Position } from '../kernel/event.js';

/** The right to move a checkpoint: that of the lease under which its subscriber works. */
export interface Claim {
  readonly subscriber: string;
  readonly epoch: number;
}

export interface Move extends Claim {
  readonly position: Position;
}

/** Where each durable subscriber stands. */
export interface CheckpointStore {
  load(subscriber: string): Promise<Position | undefined>;
  /**
   * Raises the fence: from now on whoever moves these checkpoints under a lower epoch is refused.
   * @returns where those stand that were granted; missing are those that a later holder has claimed
   */
  claim(claims: readonly Claim[]): Promise<ReadonlyMap<string, Position | undefined>>;
  /** Saying the same again changes nothing. @returns the subscribers that a later holder has claimed: unmoved */
  save(moves: readonly Move[]): Promise<readonly string[]>;
}
