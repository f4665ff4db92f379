import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { requireOwner } from '../../identity/ownership.js';
import { isoTime } from '../../kernel/time.js';
import { mandatesOfUser } from '../../projections/mandates/queries.js';
import { parseCursor } from '../../projections/page.js';
import { workflowsOfUser } from '../../projections/workflows/queries.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';
import { cursorParameter, limitParameter } from './paging.js';
import { mandateSummary } from './views/mandate.js';
import { workflowSummary } from './views/workflow.js';

const listQuery = z.strictObject({ limit: limitParameter, cursor: cursorParameter });
const mandatesQuery = z.strictObject({ limit: limitParameter });

@Controller('users')
export class UsersController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get(':userId/workflows')
  @Operation({
    tag: 'workflows',
    summary: 'The workflows of a user, newest first',
    query: listQuery,
    reads: ['workflows'],
  })
  async workflows(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Query() { limit, cursor }: z.output<typeof listQuery>,
  ): Promise<Answer> {
    requireOwner(call.principal, userId, 'user');
    const { workflows, total } = await workflowsOfUser(this.api.sql, userId, {
      limit,
      ...(cursor !== undefined && { cursor: parseCursor(cursor) }),
    });
    return ok({ workflows: workflows.rows.map(workflowSummary), total, nextCursor: workflows.nextCursor });
  }

  @Get(':userId/mandates')
  @Operation({
    tag: 'mandates',
    summary: 'The mandates of a user with what is left of each, newest first',
    query: mandatesQuery,
    reads: ['payments'],
  })
  async mandates(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Query() { limit }: z.output<typeof mandatesQuery>,
  ): Promise<Answer> {
    requireOwner(call.principal, userId, 'user');
    const now = isoTime(this.api.clock.now());
    const rows = await mandatesOfUser(this.api.sql, userId, limit);
    return ok({ mandates: rows.map((row) => mandateSummary(row, now)) });
  }
}
