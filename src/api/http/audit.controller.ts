import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { requireOperator, requireOwnerOrOperator } from '../../identity/ownership.js';
import { searchAudit } from '../../projections/audit/queries.js';
import { parseCursor } from '../../projections/page.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok } from './answer.js';
import { foldStream, ownerOfStream } from './audit-streams.js';
import { Call } from './call.js';
import { Operation } from './operation.js';
import { cursorParameter, limitParameter } from './paging.js';

const tag = 'audit';

const text = z.string().max(160).optional();
const searchQuery = z.strictObject({
  stream: text,
  type: text,
  actor: text,
  correlation: text,
  code: text.describe('of a refused command'),
  since: z.iso.datetime({ precision: 3 }).optional(),
  until: z.iso.datetime({ precision: 3 }).optional(),
  limit: limitParameter,
  cursor: cursorParameter,
});
const streamQuery = z.strictObject({
  at: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000_000)
    .optional()
    .describe('revision; the newest if missing'),
});

@Controller('audit')
export class AuditController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get('events')
  @Operation({
    tag,
    summary: 'Every event and refused command, newest first (operators)',
    query: searchQuery,
    reads: ['audit'],
  })
  async search(@Call() call: Caller, @Query() query: z.output<typeof searchQuery>): Promise<Answer> {
    requireOperator(call.principal);
    const { cursor, ...search } = query;
    const page = await searchAudit(this.api.sql, {
      ...search,
      cursor: cursor === undefined ? undefined : parseCursor(cursor),
    });
    return ok({ events: page.rows, nextCursor: page.nextCursor });
  }

  @Get('streams/:stream')
  @Operation({
    tag,
    summary: 'The events of a stream and the state they fold to, at any revision (operators and owners)',
    query: streamQuery,
    reads: ['workflows', 'payments', 'receipts'],
  })
  async stream(
    @Call() call: Caller,
    @Param('stream') stream: string,
    @Query() { at }: z.output<typeof streamQuery>,
  ): Promise<Answer> {
    requireOwnerOrOperator(call.principal, await ownerOfStream(this.api.sql, stream), 'stream');
    return ok(await foldStream(this.api.store, stream, at));
  }
}
