import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { requireOwner } from '../../identity/ownership.js';
import { LIMITS } from '../../kernel/limits.js';
import { microsToUsdc } from '../../kernel/money.js';
import { parseCursor } from '../../projections/page.js';
import { timelineFrom, wireMessage } from '../../projections/timeline/queries.js';
import { ownerOfWorkflow, workflowsOfUser } from '../../projections/workflows/queries.js';
import { approveWorkflow } from '../../requests/approve-workflow.js';
import type { Caller } from '../../requests/caller.js';
import { cancelWorkflow } from '../../requests/cancel-workflow.js';
import { type CreateBody, createBodySchema } from '../../requests/create-body.js';
import { type CreateParts, createWorkflow } from '../../requests/create-workflow.js';
import { pauseWorkflow, resumeWorkflow } from '../../requests/pause-workflow.js';
import { rateWorkflow } from '../../requests/rate-workflow.js';
import { retryWorkflow } from '../../requests/retry-workflow.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { ofOwnWorkflow } from '../own-writes.js';
import { type Answer, ok, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';
import { countParameter, cursorParameter, limitParameter } from './paging.js';
import { RunResults } from './run-results.js';
import { workflowSummary } from './views/workflow.js';
import { workflowStatuses } from './workflow-statuses.js';

const tag = 'workflows';

const createQuery = z.strictObject({
  wait: countParameter(0, LIMITS.resultWait, 0).describe(
    'ms to wait for the end of the run; `result` is null when it is not there by then',
  ),
});
const historyQuery = z.strictObject({
  status: z.enum(workflowStatuses).optional(),
  limit: limitParameter,
  cursor: cursorParameter,
});
const approveBody = z.strictObject({
  planHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
const cancelBody = z.strictObject({
  reason: z.string().max(500).optional(),
  rollback: z.boolean().optional().describe('false keeps what was done; otherwise it is undone'),
});
const pauseBody = z.strictObject({});
const resumeBody = z.strictObject({
  skip: z
    .array(z.string().min(1).max(100))
    .max(500)
    .default([])
    .describe('steps whose attempts are used up and that are given up, with what depends on them'),
});
const retryBody = z.strictObject({
  mode: z
    .enum(['resume', 'restart'])
    .default('resume')
    .describe('resume keeps what completed and is paid; where that cannot be, the run is planned anew'),
});
const ratingBody = z.strictObject({
  stars: z.number().int().min(1).max(5),
  comment: z.string().trim().min(1).max(2_000).optional(),
});
const eventsQuery = z.strictObject({ from: countParameter(1, 1_000_000_000), limit: limitParameter });

@Controller('workflows')
export class WorkflowsController {
  private readonly results: RunResults;
  private readonly creating: CreateParts;

  constructor(@Inject(API) private readonly api: ApiDependencies) {
    this.results = new RunResults(api);
    this.creating = { ...api, registry: api.catalogue };
  }

  @Post('create')
  @Operation({
    tag,
    summary: 'Ask for a workflow in plain words, or with a plan of your own',
    body: createBodySchema,
    query: createQuery,
    success: 201,
    answer: 'WorkflowCreated',
  })
  async create(
    @Call() call: Caller,
    @Body() body: CreateBody,
    @Query() { wait }: z.output<typeof createQuery>,
  ): Promise<Answer> {
    const { userId } = call.principal;
    const created = await this.api.turns.run(userId, () => createWorkflow(this.creating, call, body));
    const { workflowId: id, createdAt } = created;
    if (wait > 0) {
      const row = await this.results.ofNew(id, wait);
      const result = row?.terminal ? await this.results.view(row) : null;
      return written(
        201,
        { workflow: { id, status: row?.status ?? 'planning', createdAt }, result },
        created,
      );
    }
    return written(201, { workflow: { id, status: 'planning', createdAt } }, created);
  }

  @Get('history')
  @Operation({
    tag,
    summary: 'Your workflows, newest first',
    query: historyQuery,
    answer: 'WorkflowHistory',
    reads: ['workflows'],
  })
  async history(@Call() call: Caller, @Query() query: z.output<typeof historyQuery>): Promise<Answer> {
    const { status, limit, cursor } = query;
    const { workflows, total } = await workflowsOfUser(this.api.sql, call.principal.userId, {
      limit,
      ...(status && { status }),
      ...(cursor !== undefined && { cursor: parseCursor(cursor) }),
    });
    return ok({ workflows: workflows.rows.map(workflowSummary), total, nextCursor: workflows.nextCursor });
  }

  @Get(':id/events')
  @Operation({
    tag,
    summary: 'What happened, as the stream tells it, from a sequence number',
    query: eventsQuery,
    answer: 'WorkflowEvents',
    about: { category: 'workflow', parameter: 'id' },
    reads: ['workflows', 'timeline'],
  })
  async events(
    @Call() call: Caller,
    @Param('id') id: string,
    @Query() { from, limit }: z.output<typeof eventsQuery>,
  ): Promise<Answer> {
    const owner = () => ownerOfWorkflow(this.api.sql, id);
    const found = await ofOwnWorkflow(this.api, call.principal, id, owner, ['workflows', 'timeline']);
    requireOwner(call.principal, found, 'workflow');
    const rows = await timelineFrom(this.api.sql, id, from, limit);
    return ok({ events: rows.map(wireMessage), nextFrom: rows.at(-1) ? rows.at(-1)!.seq + 1 : from });
  }

  @Post(':id/approve')
  @Operation({
    tag,
    summary: 'Approve the proposed plan and reserve its cost',
    body: approveBody,
    answer: 'WorkflowApproved',
  })
  async approve(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() { planHash }: z.output<typeof approveBody>,
  ): Promise<Answer> {
    const approved = await approveWorkflow(this.api, call, id, planHash);
    const budget = { budget: microsToUsdc(approved.budget), budgetMicro: `${approved.budget}` };
    const members = { message: 'Workflow approved', planHash: approved.planHash, ...budget };
    return written(200, members, approved);
  }

  @Post(':id/pause')
  @Operation({
    tag,
    summary: 'Let nothing new start; what is in flight finishes, and the deadline waits',
    body: pauseBody,
    answer: 'WorkflowTold',
  })
  async pause(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const told = await pauseWorkflow(this.api, call, id);
    return written(200, { message: 'Workflow paused', status: told.status }, told);
  }

  @Post(':id/resume')
  @Operation({
    tag,
    summary: 'Let a paused workflow go on; steps that used up their attempts get as many again',
    body: resumeBody,
    answer: 'WorkflowTold',
  })
  async resume(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() { skip }: z.output<typeof resumeBody>,
  ): Promise<Answer> {
    const told = await resumeWorkflow(this.api, call, id, skip);
    return written(200, { message: 'Workflow resumed', status: told.status }, told);
  }

  @Post(':id/retry')
  @Operation({
    tag,
    summary: 'Run a failed or expired workflow again, keeping what completed',
    body: retryBody,
    success: 202,
  })
  async retry(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() { mode: wanted }: z.output<typeof retryBody>,
  ): Promise<Answer> {
    const retried = await retryWorkflow(this.api, call, id, wanted);
    const { mode, runNo } = retried;
    const status = mode === 'restart' ? 'planning' : 'awaiting_approval';
    return written(202, { workflow: { id, status, runNo, mode } }, retried);
  }

  @Post(':id/rating')
  @Operation({ tag, summary: 'Say what the result was worth', body: ratingBody })
  async rate(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() body: z.output<typeof ratingBody>,
  ): Promise<Answer> {
    const rated = await rateWorkflow(this.api, call, id, body);
    return written(200, { message: 'Thank you', rating: { stars: body.stars } }, rated);
  }

  @Post(':id/cancel')
  @Operation({
    tag,
    summary: 'Cancel; 202 while steps in flight are still finishing',
    body: cancelBody,
    accepted: true,
    answer: 'WorkflowTold',
  })
  async cancel(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() body: z.output<typeof cancelBody>,
  ): Promise<Answer> {
    const cancelled = await cancelWorkflow(this.api, call, id, body);
    return cancelled.ended
      ? written(200, { message: 'Workflow cancelled', status: 'cancelled' }, cancelled)
      : written(
          202,
          { message: 'Cancellation requested', status: cancelled.rollingBack ? 'rolling_back' : 'executing' },
          cancelled,
        );
  }
}
