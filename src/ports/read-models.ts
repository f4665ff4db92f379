import type { Position } from '../kernel/event.js';
import type { Transaction } from './sql.js';

/** A stream that a read model takes nothing more of, from one of its events on. They stay in the log, which is the truth. */
export interface ParkedStream {
  readonly model: string;
  readonly stream: string;
  /** of the first event that was not taken */
  readonly position: Position;
  readonly revision: number;
  readonly type: string;
  /** where the model stood: what is not taken lies after it */
  readonly after: Position | undefined;
  /** why; never what an event says */
  readonly code: string;
  readonly detail: string;
  readonly attempts: number;
  /** ISO 8601 in UTC */
  readonly parkedAt: string;
}

/** What a model has parked, read and changed in the transaction of its rows. */
export interface Parking {
  all(): Promise<readonly ParkedStream[]>;
  /** In place of what is known of the same stream, but for when it was parked. */
  park(streams: readonly Omit<ParkedStream, 'model' | 'parkedAt'>[]): Promise<void>;
  release(stream: string): Promise<void>;
}

/** Disposable tables beside their checkpoints. */
export interface ReadModels {
  /**
   * Creates the tables if needed; drops and recreates them when `version` differs from the one that made them, and
   * forgets what was parked. Raises the fence: who writes under a lower epoch is refused from now on.
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
   * One transaction: the rows of `write`, and the checkpoint from `from` to `to`. A statement that fails for what is the
   * matter with the database, and not with the statement, is refused as retryable.
   * @throws Refusal CONFLICT (retryable) when another instance moved the checkpoint, or holds a higher epoch; Unwritten
   */
  advance<T>(
    name: string,
    from: Position | undefined,
    to: Position,
    write: (sql: Transaction, parking: Parking) => Promise<T>,
    epoch?: number,
  ): Promise<T>;
  /**
   * One transaction, in which nobody moves the model from where it stands.
   * @throws Refusal READ_MODEL_OTHER (retryable) when its tables were not made by this version, or not made yet
   */
  standing<T>(
    model: { readonly name: string; readonly version: number },
    write: (sql: Transaction, parking: Parking, at: Position | undefined) => Promise<T>,
  ): Promise<T>;
  /** Of all models. */
  parked(): Promise<readonly ParkedStream[]>;
}
