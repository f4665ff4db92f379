import type { Position } from '../kernel/event.js';
import type { Sql } from './sql.js';

/** Disposable tables beside their checkpoints. */
export interface ReadModels {
  /**
   * Creates the tables if needed; drops and recreates them when `version` differs from the one that made them.
   * @returns the checkpoint, undefined to start from the beginning
   */
  prepare(model: {
    readonly name: string;
    readonly version: number;
    readonly schema: string;
  }): Promise<Position | undefined>;
  /**
   * One transaction: the rows of `write`, and the checkpoint from `from` to `to`.
   * @throws Refusal CONFLICT (retryable) when another instance moved the checkpoint
   */
  advance<T>(
    name: string,
    from: Position | undefined,
    to: Position,
    write: (sql: Sql) => Promise<T>,
  ): Promise<T>;
}
