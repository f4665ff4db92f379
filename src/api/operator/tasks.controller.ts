import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { requireOperator } from '../../identity/ownership.js';
import { DeadJobs, type OnDeadJob } from '../../operations/dead-jobs.js';
import { jobIds } from '../../operations/job-ids.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok, written } from '../http/answer.js';
import { Call } from '../http/call.js';
import { Operation } from '../http/operation.js';
import { cursorParameter, limitParameter } from '../http/paging.js';
import { deadJobView } from './dead-job-view.js';

const tag = 'operations';

const listQuery = z.strictObject({
  kind: z.enum(['plan', 'step', 'receipt', 'prove', 'chain']).optional(),
  correlation: z.string().min(1).max(160).optional().describe('a workflow; of deposits, a user'),
  limit: limitParameter,
  cursor: cursorParameter,
});
const editBody = z.strictObject({ ids: jobIds.describe('ids to replace; the others stay') });
const nothing = z.strictObject({});

/** Jobs that were given up: looked at, edited, run again or dropped by operators. */
@Controller('monitor/tasks')
export class TasksController {
  private readonly jobs: DeadJobs;

  constructor(@Inject(API) api: ApiDependencies) {
    this.jobs = new DeadJobs(api.deadLetters, api);
  }

  @Get()
  @Operation({ tag, summary: 'Dead jobs, in the order they were queued (operators)', query: listQuery })
  async list(@Call() call: Caller, @Query() query: z.output<typeof listQuery>): Promise<Answer> {
    requireOperator(call.principal);
    const { kind, correlation, limit, cursor } = query;
    const letters = await this.jobs.list({
      limit: limit + 1,
      ...(kind !== undefined && { kind }),
      ...(correlation !== undefined && { correlationId: correlation }),
      ...(cursor !== undefined && { after: cursor }),
    });
    const page = letters.slice(0, limit);
    return ok({
      tasks: page.map(deadJobView),
      nextCursor: letters.length > limit ? page.at(-1)!.id : null,
    });
  }

  @Get(':id')
  @Operation({ tag, summary: 'A dead job: its ids and why it died (operators)' })
  async one(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    requireOperator(call.principal);
    return ok({ task: deadJobView(await this.jobs.one(id)) });
  }

  @Post(':id/edit')
  @Operation({ tag, summary: 'Replaces ids of a dead job (operators)', body: editBody })
  async edit(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() { ids }: z.output<typeof editBody>,
  ): Promise<Answer> {
    requireOperator(call.principal);
    return done('edited', await this.jobs.edit(call, id, ids));
  }

  @Post(':id/rerun')
  @Operation({ tag, summary: 'Gives a dead job back to the workers (operators)', body: nothing })
  async rerun(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    requireOperator(call.principal);
    return done('queued', await this.jobs.rerun(call, id));
  }

  @Post(':id/cancel')
  @Operation({ tag, summary: 'Drops a dead job for good (operators)', body: nothing })
  async cancel(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    requireOperator(call.principal);
    return done('dropped', await this.jobs.drop(call, id));
  }
}

const done = (status: string, { letter, position }: OnDeadJob): Answer =>
  written(200, { status, task: deadJobView(letter) }, { position });
