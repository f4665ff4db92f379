import { workflow } from '../../commands/workflow/decide.js';
import { requireOwner } from '../../identity/ownership.js';
import type { Principal } from '../../identity/principal.js';
import { Refusal } from '../../kernel/errors.js';
import { places } from '../../kernel/places.js';
import type { ResultRow } from '../../projections/workflows/queries.js';
import type { ApiDependencies } from '../dependencies.js';
import { money } from './answer.js';
import { closedRow, completedRow } from './closed-row.js';
import { ResultReader } from './result-reader.js';

/** Results of runs: from memory where that is certain, from the read model otherwise. */
export class RunResults {
  private readonly reader: ResultReader;

  constructor(private readonly api: Pick<ApiDependencies, 'sql' | 'live' | 'dispatch' | 'content'>) {
    this.reader = new ResultReader(api.sql, api.live);
  }

  /** @throws Refusal NOT_FOUND, or DEPENDENCY_DOWN when the read model does not know the run in time */
  async of(principal: Principal, id: string, waitMs: number): Promise<ResultRow> {
    const kept = completedRow(id, this.api.dispatch.known(workflow, id));
    if (kept) {
      requireOwner(principal, kept.user_id, 'workflow');
      return kept;
    }
    const first = await this.reader.read(id);
    // a run asked for a moment ago may not be in the read model yet
    const owner = first?.user_id ?? (waitMs > 0 ? await this.ownerByEvents(id) : undefined);
    requireOwner(principal, owner, 'workflow');
    if (first && (first.terminal || waitMs === 0)) return first;
    const row = await this.reader.whenClosed(id, waitMs);
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
    return closedRow(id, this.api.dispatch.known(workflow, id)) ?? this.reader.whenClosed(id, waitMs);
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

  private async ownerByEvents(id: string): Promise<string | undefined> {
    // an owner never changes: any state in memory knows it
    const { state } = await this.api.dispatch.load(workflow, id, 0);
    return state.status === 'none' ? undefined : state.created.userId;
  }
}
