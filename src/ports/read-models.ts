import type { Position } from '../kernel/event.js';
import type { Sql } from './sql.js';

/** Disposable tables beside their checkpoints. */
export interface ReadModels {
  /**
   * Creates the tables if needed; drops and recreates them when `version` differs from the one that made them.
   * Raises the fence: who writes under a lower epoch is refused from now on.
   * @returns the checkpoint, undefined to start from the beginning
   * @throws Refusal LEASE_LOST (terminal) when a later holder was here
   */
  prepare(model: {
    readonly name: string;
    readonly version: number;
    readonly schema: string;
    /** of the lease on this read model; 0 when it has none */
    readonly epoch?: number;
  }): Promise<Position | undefined>;
  /**
   * One transaction: the rows of `write`, and the checkpoint from `from` to `to`.
   * @throws Refusal CONFLICT (retryable) when another instance moved the checkpoint, or holds a higher epoch
   */
  advance<T>(
    name: string,
    from: Position | undefined,
    to: Position,
    write: (sql: Sql) => Promise<T>,
    epoch?: number,
  ): Promise<T>;
}
