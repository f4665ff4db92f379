import { LIMITS } from '../../kernel/limits.js';
import type { LiveBus } from '../../ports/live.js';
import type { Sql } from '../../ports/sql.js';
import { type ResultRow, resultsByIds } from '../../projections/workflows/queries.js';

/** ms between looks when no announcement comes: they may be lost. */
const LOOK_AGAIN = 1_000;

interface Asked {
  readonly workflowId: string;
  readonly answer: (row: ResultRow | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/** Reads results, those asked for at the same moment by one query: many clients wait for many runs. */
export class ResultReader {
  private asked: Asked[] = [];

  constructor(
    private readonly sql: Sql,
    private readonly live: LiveBus,
  ) {}

  read(workflowId: string): Promise<ResultRow | undefined> {
    return new Promise((answer, fail) => {
      this.asked.push({ workflowId, answer, fail });
      if (this.asked.length === 1) setImmediate(() => void this.look(this.asked.splice(0)));
    });
  }

  /** @returns the row once its run is closed, or what it is after `waitMs` */
  async whenClosed(workflowId: string, waitMs: number): Promise<ResultRow | undefined> {
    const patience = new Announcements(this.live, workflowId);
    const end = performance.now() + Math.min(waitMs, LIMITS.resultWait);
    try {
      for (;;) {
        const row = await this.read(workflowId);
        const left = end - performance.now();
        if (row?.terminal || left <= 0) return row;
        await patience.next(Math.min(left, LOOK_AGAIN));
      }
    } finally {
      patience.close();
    }
  }

  private async look(asked: readonly Asked[]): Promise<void> {
    try {
      const rows = await resultsByIds(this.sql, [...new Set(asked.map(({ workflowId }) => workflowId))]);
      const found = new Map(rows.map((row) => [row.workflow_id, row]));
      for (const { workflowId, answer } of asked) answer(found.get(workflowId));
    } catch (error) {
      for (const { fail } of asked) fail(error);
    }
  }
}

/** "There is something new" of one workflow, none missed between two looks. */
class Announcements {
  private pending = false;
  private wake: (() => void) | undefined;
  readonly close: () => void;

  constructor(live: LiveBus, workflowId: string) {
    this.close = live.subscribe(`timeline.${workflowId}`, () => {
      this.pending = true;
      this.wake?.();
    });
  }

  async next(patienceMs: number): Promise<void> {
    if (!this.pending)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.pending = false;
    this.wake = undefined;
  }
}
