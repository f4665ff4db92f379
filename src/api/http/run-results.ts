import { workflow } from '../../commands/workflow/decide.js';
import { requireOwner } from '../../identity/ownership.js';
import type { Principal } from '../../identity/principal.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { places } from '../../kernel/places.js';
import type { ResultRow } from '../../projections/workflows/queries.js';
import type { ApiDependencies } from '../dependencies.js';
import { onceThere, ownerByEvents } from '../own-writes.js';
import { money } from './answer.js';
import { closedRow, completedRow } from './closed-row.js';
import { ResultReader } from './result-reader.js';
import { RunEndings } from './run-endings.js';

/** Results of runs: from memory where that is certain, from the read model otherwise. */
export class RunResults {
  private readonly reader: ResultReader;
  private readonly endings: RunEndings;

  constructor(
    private readonly api: Pick<
      ApiDependencies,
      'sql' | 'live' | 'dispatch' | 'content' | 'store' | 'progress'
    >,
  ) {
    this.reader = new ResultReader(api.sql);
    this.endings = new RunEndings(api.sql, api.live);
  }

  /** @throws Refusal NOT_FOUND, or DEPENDENCY_DOWN when the read model does not know the run in time */
  async of(principal: Principal, id: string, waitMs: number): Promise<ResultRow> {
    const first = await this.atOnce(id, waitMs);
    requireOwner(principal, first?.user_id ?? (await ownerByEvents(this.api, id)), 'workflow');
    if (first && (first.terminal || waitMs === 0)) return first;
    // a run asked for a moment ago may not be in the read model yet
    const row = await (waitMs > 0
      ? this.whenClosed(id, waitMs)
      : onceThere(this.api, () => this.reader.read(id)));
    if (row) return row;
    throw new Refusal(
      'DEPENDENCY_DOWN',
      'The read models are behind.',
      { retryAfterSeconds: 1 },
      'retryable',
    );
  }

  /**
   * Of a run that this call has just made, which nobody else can have changed since.
   * @returns what the read model knows of it when time is up, if anything
   */
  async ofNew(id: string, waitMs: number): Promise<ResultRow | undefined> {
    return closedRow(id, this.api.dispatch.known(workflow, id)) ?? this.whenClosed(id, waitMs);
  }

  /** The result as clients get it, opened. */
  async view(row: ResultRow) {
    return {
      workflowId: row.workflow_id,
      status: row.status,
      terminal: row.terminal,
      partial: row.partial,
      result: await this.open(row),
      resultHash: row.result_hash,
      error: row.error,
      ...money('spent', row.spent),
      closedAt: row.closed_at,
    };
  }

  open({ result, last_step, workflow_id, run_no }: ResultRow) {
    return result && last_step !== null
      ? this.api.content.getJson(result, places.output(workflow_id, run_no, last_step))
      : null;
  }

  /** The row as it is now; none is read of a run that is waited for and that this process knows whose it is. */
  private async atOnce(id: string, waitMs: number): Promise<ResultRow | undefined> {
    const known = this.api.dispatch.known(workflow, id);
    const isWaitedFor = waitMs > 0 && known !== undefined && known.state.status !== 'none';
    return completedRow(id, known) ?? (isWaitedFor ? undefined : this.reader.read(id));
  }

  /** @returns the row once its run is closed, or what it is after `waitMs` */
  private async whenClosed(id: string, waitMs: number): Promise<ResultRow | undefined> {
    const end = performance.now() + Math.min(waitMs, LIMITS.resultWait);
    for (;;) {
      const closedAt = await this.endings.of(id, Math.max(0, end - performance.now()));
      const row = this.rememberedSince(closedAt, id) ?? (await this.reader.read(id));
      // a run that was closed may have been begun again meanwhile
      if (closedAt === undefined || row?.terminal || performance.now() >= end) return row;
    }
  }

  /** What closed the run closed it here, most often: then nothing is read to know how. */
  private rememberedSince(revision: number | undefined, id: string): ResultRow | undefined {
    const known = this.api.dispatch.known(workflow, id);
    return revision !== undefined && known && known.revision >= revision ? closedRow(id, known) : undefined;
  }
}
