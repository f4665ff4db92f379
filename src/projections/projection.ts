import type { Recorded } from '../kernel/event.js';
import type { Announcement } from '../ports/live.js';
import type { Transaction } from '../ports/sql.js';
import type { Memory } from './memory.js';

/**
 * A read model: disposable, rebuilt by replay. The runner calls `project` with a batch in store order and moves
 * the checkpoint in the same transaction. Tables are named without a schema: the runner chooses it, so that a
 * read model can be rebuilt beside the live one and swapped in.
 */
export interface Projection {
  readonly name: string;
  /** raise it when the tables or the meaning of rows change: the runner rebuilds */
  readonly version: number;
  readonly handles: readonly string[];
  /** ms from one transaction to the next: what happens meanwhile shares one. 10 when absent */
  readonly paceMs?: number;
  /** `create table if not exists …` statements */
  readonly schema: string;
  /**
   * The stream that is parked when this model cannot take the event: all it has to do with the event's rows. Later events
   * of that stream are left out then, and taken in one go afterwards; nobody else's rows may depend on them, and its own
   * must come out the same. Absent where rows are of several streams or in one order: nothing is left out, the model waits.
   */
  parkedWith?(recorded: Recorded): string;
  /**
   * Writes sets of rows, not row by row.
   * @param memory of the batches before this one; it holds for as long as all of them are written
   * @returns what to announce once it is committed
   */
  project(events: readonly Recorded[], sql: Transaction, memory: Memory): Promise<readonly Announcement[]>;
}

/** For models whose rows are each made of one stream. */
export const ownStream = ({ stream }: Recorded): string => stream;
