import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { lookAtWaiting } from '../../fairness/look-at-waiting.js';
import { requireOwner } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { paymentsOfWorkflow } from '../../projections/payments/queries.js';
import { paymentStatuses } from '../../projections/payments/schema.js';
import { stepsOfRun, type WorkflowDetail, workflowById } from '../../projections/workflows/queries.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { ofOwnWorkflow, type ReadModel } from '../own-writes.js';
import { Answer, etag, ok } from './answer.js';
import { Call } from './call.js';
import { download } from './download.js';
import { Operation } from './operation.js';
import { countParameter } from './paging.js';
import { RunResults } from './run-results.js';
import { paymentView } from './views/payment.js';
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

const paymentsQuery = z.strictObject({
  state: z.enum(paymentStatuses).optional(),
});

@Controller('workflows')
export class WorkflowDetailsController {
  private readonly results: RunResults;

  constructor(@Inject(API) private readonly api: ApiDependencies) {
    this.results = new RunResults(api);
  }

  @Get(':id')
  @Operation({
    tag,
    summary: 'A workflow with its plan, what it has spent, and its payments',
    answer: 'OneWorkflow',
    about: { category: 'workflow', parameter: 'id' },
    reads: ['workflows', 'payments'],
  })
  async one(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const { sql, content, clock, settings } = this.api;
    const row = await this.owned(call, id);
    const [steps, payments] = await Promise.all([stepsOfRun(sql, row), paymentsOfWorkflow(sql, id)]);
    const parts = { row, steps, payments, now: clock.now(), explorerUrl: settings.explorerUrl };
    const [view, waiting] = await Promise.all([workflowView(content, parts), this.waitingOf(row)]);
    return ok({ workflow: { ...view, waiting } }, { etag: etag(row.revision) });
  }

  @Get(':id/steps')
  @Operation({
    tag,
    summary: 'The steps of the current run and what they gave; `nextAfter` when there are more of them',
    query: stepsQuery,
    answer: 'WorkflowSteps',
    about: { category: 'workflow', parameter: 'id' },
    reads: ['workflows'],
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

  @Get(':id/payments')
  @Operation({
    tag,
    summary: 'Its payments; those of `state` awaiting_signature with what your wallet is to sign',
    query: paymentsQuery,
    answer: 'WorkflowPayments',
    about: { category: 'workflow', parameter: 'id' },
    reads: ['workflows', 'payments'],
  })
  async payments(
    @Call() call: Caller,
    @Param('id') id: string,
    @Query() { state }: z.output<typeof paymentsQuery>,
  ): Promise<Answer> {
    await this.owned(call, id, ['workflows', 'payments']);
    const rows = await paymentsOfWorkflow(this.api.sql, id);
    const { explorerUrl } = this.api.settings;
    const asked = rows.filter(({ status }) => state === undefined || status === state);
    return ok({ payments: asked.map((row) => paymentView(row, explorerUrl)) });
  }

  @Get(':id/result')
  @Operation({
    tag,
    summary: 'The final result; `wait` holds the call until the run is closed',
    query: resultQuery,
    answer: 'WorkflowResult',
    about: { category: 'workflow', parameter: 'id' },
    reads: ['workflows', 'receipts'],
  })
  async result(
    @Call() call: Caller,
    @Param('id') id: string,
    @Query() query: z.output<typeof resultQuery>,
  ): Promise<Answer> {
    const row = await this.results.of(call.principal, id, query.wait);
    if (query.download === '1') return download(id, await this.results.open(row));
    return ok(await this.results.view(row), { etag: etag(row.revision) });
  }

  /** What all work of its owner waits for; null when none does, or when this run has none to do. */
  private async waitingOf(row: WorkflowDetail) {
    if (row.terminal || row.status === 'awaiting_approval') return null;
    const found = await lookAtWaiting(this.api, row.user_id).catch(() => undefined);
    const [mine] = found?.users ?? [];
    if (!mine || mine.waiting === 0) return null;
    const { key: _userId, ...figures } = mine;
    return { ...figures, services: found!.services };
  }

  private async owned(call: Caller, id: string, models?: readonly ReadModel[]): Promise<WorkflowDetail> {
    const ask = () => workflowById(this.api.sql, id);
    const row = await ofOwnWorkflow(this.api, call.principal, id, ask, models);
    requireOwner(call.principal, row?.user_id, 'workflow');
    return row!;
  }
}

const nameOf = (row: WorkflowDetail, stepId: string) => {
  const step = row.plan?.steps.find(({ id }) => id === stepId);
  return step && { kind: step.kind, name: step.name, dependencies: step.dependencies };
};
