import { Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { requireOperator } from '../../identity/ownership.js';
import { ParkedStreams } from '../../operations/parked-streams.js';
import { projections } from '../../projections/index.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok, written } from '../http/answer.js';
import { Call } from '../http/call.js';
import { Operation } from '../http/operation.js';
import { parkedStreamView } from './parked-stream-view.js';

const tag = 'operations';

const listQuery = z.strictObject({
  model: z
    .string()
    .regex(/^[a-z_]{1,40}$/)
    .optional()
    .describe('a read model, such as workflows'),
});
const nothing = z.strictObject({});

/** Streams that read models leave out, since they could not take one of their events. */
@Controller('monitor/parked')
export class ParkedStreamsController {
  private readonly parked: ParkedStreams;

  constructor(@Inject(API) api: ApiDependencies) {
    this.parked = new ParkedStreams(api, projections);
  }

  @Get()
  @Operation({
    tag,
    summary: 'Streams that read models leave out, from which event on and why (operators)',
    query: listQuery,
  })
  async list(@Call() call: Caller, @Query() { model }: z.output<typeof listQuery>): Promise<Answer> {
    requireOperator(call.principal);
    return ok({ parked: (await this.parked.list(model)).map(parkedStreamView) });
  }

  @Post(':model/:stream/retry')
  @Operation({
    tag,
    summary: 'Has a read model take a stream that it leaves out, and go on with it (operators)',
    body: nothing,
  })
  async retry(
    @Call() call: Caller,
    @Param('model') model: string,
    @Param('stream') stream: string,
  ): Promise<Answer> {
    requireOperator(call.principal);
    const { parked, taken, position } = await this.parked.retry(call, model, stream);
    return written(200, { status: 'taken', events: taken, parked: parkedStreamView(parked) }, { position });
  }
}
