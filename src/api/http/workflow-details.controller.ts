import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { workflow } from '../../commands/workflow/decide.js';
import { lookAtWaiting } from '../../fairness/look-at-waiting.js';
import { requireOwner } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { places } from '../../kernel/places.js';
import { paymentsOfWorkflow } from '../../projections/payments/queries.js';
import {
  type ResultRow,
  stepsOfRun,
  type WorkflowDetail,
  workflowById,
} from '../../projections/workflows/queries.js';
import type { StepRow } from '../../projections/workflows/schema.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { Answer, etag, money, ok } from './answer.js';
import { Call } from './call.js';
import { completedRow } from './completed-row.js';
import { download } from './download.js';
import { Operation } from './operation.js';
import { countParameter } from './paging.js';
import { ResultReader } from './result-reader.js';
import { stepResultView, stepView } from './views/step.js';
import { workflowView } from './views/workflow.js';

const tag = 'workflows';

const resultQuery = z.strictObject({
  download: z.enum(['0', '1']).optional().describe('1: the bytes of the result with their media type'),
  wait: countParameter(0, LIMITS.resultWait, 0).describe('ms to wait until the run is closed'),
});

const stepsQuery = z.strictObject({
  after: z.string().max(100).optional().describe('id of a step: only those that stand after it in the plan'),
  limit: countParameter(LIMITS.planSteps, LIMITS.planSteps),
});

@Controller('workflows')
export class WorkflowDetailsController {
  private readonly results: ResultReader;

  constructor(@Inject(API) private readonly api: ApiDependencies) {
    this.results = new ResultReader(api.sql, api.live);
  }

  @Get(':id')
  @Operation({ tag, summary: 'A workflow with its plan, what it has spent, and its payments' })
  async one(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const { sql, content, clock, settings } = this.api;
    const row = await this.owned(call, id);
    const [steps, payments] = await Promise.all([stepsOfRun(sql, row), paymentsOfWorkflow(sql, id)]);
    const parts = { row, steps, payments, now: clock.now(), explorerUrl: settings.explorerUrl };
    const [view, waiting] = await Promise.all([workflowView(content, parts), this.waitingOf(row, steps)]);
    return ok({ workflow: { ...view, waiting } }, { etag: etag(row.revision) });
  }

  @Get(':id/steps')
  @Operation({
    tag,
    summary: 'The steps of the current run and what they gave; `nextAfter` when there are more of them',
    query: stepsQuery,
  })
  async steps(
    @Call() call: Caller,
    @Param('id') id: string,
    @Query() { after, limit }: z.output<typeof stepsQuery>,
  ): Promise<Answer> {
    const row = await this.owned(call, id);
    const all = await stepsOfRun(this.api.sql, row);
    const from = after === undefined ? 0 : all.findIndex(({ step_id }) => step_id === after) + 1;
    if (after !== undefined && from === 0)
      throw new Refusal('VALIDATION_FAILED', 'The plan has no step of that id to go on after.', { after });
    const steps = all.slice(from, from + limit);
    const finished = steps.filter(({ status }) => status === 'completed' || status === 'failed');
    return ok(
      {
        steps: steps.map((step) => ({ ...nameOf(row, step.step_id), ...stepView(step) })),
        stepResults: await Promise.all(finished.map((step) => stepResultView(this.api.content, step))),
        nextAfter: from + limit < all.length ? steps.at(-1)!.step_id : null,
      },
      { etag: etag(row.revision) },
    );
  }

  @Get(':id/result')
  @Operation({
    tag,
    summary: 'The final result; `wait` holds the call until the run is closed',
    query: resultQuery,
  })
  async result(
    @Call() call: Caller,
    @Param('id') id: string,
    @Query() query: z.output<typeof resultQuery>,
  ): Promise<Answer> {
    const row = await this.resultRow(call, id, query.wait);
    const output = await this.open(row);
    if (query.download === '1') return download(id, output);
    return ok(
      {
        workflowId: id,
        status: row.status,
        terminal: row.terminal,
        partial: row.partial,
        result: output,
        resultHash: row.result_hash,
        error: row.error,
        ...money('spent', row.spent),
        closedAt: row.closed_at,
      },
      { etag: etag(row.revision) },
    );
  }

  /** What all steps of its owner wait for; null while none of this run does. */
  private async waitingOf(row: WorkflowDetail, steps: readonly StepRow[]) {
    if (row.terminal || !steps.some(({ status }) => status === 'scheduled')) return null;
    const found = await lookAtWaiting(this.api, row.user_id).catch(() => undefined);
    const [mine] = found?.users ?? [];
    if (!mine) return null;
    const { key: _userId, ...figures } = mine;
    return { ...figures, services: found!.services };
  }

  private async owned(call: Caller, id: string): Promise<WorkflowDetail> {
    const row = await workflowById(this.api.sql, id);
    requireOwner(call.principal, row?.user_id, 'workflow');
    return row!;
  }

  private async resultRow(call: Caller, id: string, waitMs: number): Promise<ResultRow> {
    const kept = completedRow(id, this.api.dispatch.known(workflow, id));
    if (kept) {
      requireOwner(call.principal, kept.user_id, 'workflow');
      return kept;
    }
    const first = await this.results.read(id);
    // a run asked for a moment ago may not be in the read model yet
    const owner = first?.user_id ?? (waitMs > 0 ? await this.ownerByEvents(id) : undefined);
    requireOwner(call.principal, owner, 'workflow');
    if (first && (first.terminal || waitMs === 0)) return first;
    const row = await this.results.whenClosed(id, waitMs);
    if (row) return row;
    throw new Refusal(
      'DEPENDENCY_DOWN',
      'The read models are behind.',
      { retryAfterSeconds: 1 },
      'retryable',
    );
  }

  private async ownerByEvents(id: string): Promise<string | undefined> {
    // an owner never changes: any state in memory knows it
    const { state } = await this.api.dispatch.load(workflow, id, 0);
    return state.status === 'none' ? undefined : state.created.userId;
  }

  private open({ result, last_step, workflow_id, run_no }: ResultRow) {
    return result && last_step !== null
      ? this.api.content.getJson(result, places.output(workflow_id, run_no, last_step))
      : null;
  }
}

const nameOf = (row: WorkflowDetail, stepId: string) => {
  const step = row.plan?.steps.find(({ id }) => id === stepId);
  return step && { kind: step.kind, name: step.name, dependencies: step.dependencies };
};
