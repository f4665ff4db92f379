import { workflow } from '../../commands/workflow/decide.js';
import { requireOwner } from '../../identity/ownership.js';
import type { Principal } from '../../identity/principal.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { places } from '../../kernel/places.js';
import type { ResultRow } from '../../projections/workflows/queries.js';
import type { ApiDependencies } from '../dependencies.js';
import { ofOwnWorkflow } from '../own-writes.js';
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
    const known = this.api.dispatch.known(workflow, id);
    const kept = completedRow(id, known);
    if (kept) {
      requireOwner(principal, kept.user_id, 'workflow');
      return kept;
    }
    // an owner never changes: any state in memory knows it
    if (waitMs > 0 && known && known.state.status !== 'none')
      requireOwner(principal, known.state.created.userId, 'workflow');
    else {
      const read = () => this.reader.read(id);
      // a run asked for a moment ago may not be in the read model yet
      const first = await (waitMs > 0 ? read() : ofOwnWorkflow(this.api, principal, id, read));
      const owner = first?.user_id ?? (waitMs > 0 ? await this.ownerByEvents(id) : undefined);
      requireOwner(principal, owner, 'workflow');
      if (first && (first.terminal || waitMs === 0)) return first;
    }
    const row = await this.whenClosed(id, waitMs);
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

  private async ownerByEvents(id: string): Promise<string | undefined> {
    const { state } = await this.api.dispatch.load(workflow, id, 0);
    return state.status === 'none' ? undefined : state.created.userId;
  }
}
