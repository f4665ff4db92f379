import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { batch } from '../../commands/batch/decide.js';
import type { Batch } from '../../commands/batch/state.js';
import { requireOwner } from '../../identity/ownership.js';
import { batchItemId } from '../../kernel/ids.js';
import { batchCounts, batchFailures } from '../../projections/workflows/queries.js';
import { type BatchBody, batchBodySchema } from '../../requests/batch-body.js';
import type { Caller } from '../../requests/caller.js';
import { cancelBatch } from '../../requests/cancel-batch.js';
import { createBatch } from '../../requests/create-batch.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, etag, ok, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';
import { countParameter, limitParameter } from './paging.js';

const tag = 'batches';

const failuresQuery = z.strictObject({
  after: countParameter(-1, 10_000, -1).describe('number of an item: only failures of later ones'),
  limit: limitParameter,
});
const cancelBody = z.strictObject({});

@Controller()
export class BatchesController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post('workflows/batch')
  @Operation({
    tag,
    summary: 'Ask for many workflows at once; they are made and carried out in the background',
    body: batchBodySchema,
    success: 202,
  })
  async create(@Call() call: Caller, @Body() body: BatchBody): Promise<Answer> {
    const { batchId: id, count, createdAt, ...at } = await createBatch(this.api, call, body);
    return written(202, { batch: { id, status: 'creating', count, createdAt } }, at);
  }

  @Get('batches/:id')
  @Operation({
    tag,
    summary: 'How far a batch is, and which of its items failed',
    query: failuresQuery,
    reads: ['workflows'],
  })
  async one(
    @Call() call: Caller,
    @Param('id') id: string,
    @Query() { after, limit }: z.output<typeof failuresQuery>,
  ): Promise<Answer> {
    const { state, revision } = await this.api.dispatch.load(batch, id);
    requireOwner(call.principal, state.status === 'none' ? undefined : state.created.userId, 'batch');
    const found = state as Batch;
    const [counts, failures] = await Promise.all([
      batchCounts(this.api.sql, id),
      this.failures(found, after, limit + 1),
    ]);
    const page = failures.slice(0, limit);
    const { created, handled, refused, status } = found;
    return ok(
      {
        batch: {
          id,
          status,
          count: created.count,
          priority: created.priority,
          createdAt: created.createdAt,
          handled,
          refused: refused.length,
          workflows: counts,
        },
        failures: page,
        nextAfter: failures.length > limit ? page.at(-1)!.index : null,
      },
      { etag: etag(revision) },
    );
  }

  @Post('batches/:id/cancel')
  @Operation({
    tag,
    summary: 'Make no more of its workflows, and cancel those that are open',
    body: cancelBody,
    success: 202,
  })
  async cancel(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const cancelled = await cancelBatch(this.api, call, id);
    return written(202, { message: 'Batch cancelled', status: cancelled.status }, cancelled);
  }

  /** Items that never became workflows, and workflows that ended without a result, in the order of the items. */
  private async failures({ created, refused }: Batch, after: number, limit: number) {
    const { batchId } = created;
    const from = after < 0 ? '' : batchItemId(batchId, after);
    const ended = (await batchFailures(this.api.sql, batchId, from, limit)).map((row) => ({
      index: Number(row.workflow_id.slice(-5)),
      workflowId: row.workflow_id,
      status: row.status,
      ...(row.status_reason !== null && { reason: row.status_reason }),
      error: row.error,
    }));
    const never = refused
      .filter(({ index }) => index > after)
      .map(({ index, code, message }) => ({
        index,
        workflowId: null,
        status: 'refused',
        error: { code, message },
      }));
    return [...ended, ...never].sort((a, b) => a.index - b.index).slice(0, limit);
  }
}
