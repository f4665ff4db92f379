import type { Sql } from '../../ports/sql.js';
import { type ResultRow, resultsByIds } from '../../projections/workflows/queries.js';

interface Asked {
  readonly workflowId: string;
  readonly answer: (row: ResultRow | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/** Reads results, those asked for at the same moment by one query: many clients ask for many runs. */
export class ResultReader {
  private asked: Asked[] = [];

  constructor(private readonly sql: Sql) {}

  read(workflowId: string): Promise<ResultRow | undefined> {
    return new Promise((answer, fail) => {
      this.asked.push({ workflowId, answer, fail });
      if (this.asked.length === 1) setImmediate(() => void this.look(this.asked.splice(0)));
    });
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
