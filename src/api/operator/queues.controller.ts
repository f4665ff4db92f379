import { Controller, Get, Inject } from '@nestjs/common';
import { requireOperator } from '../../identity/ownership.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok } from '../http/answer.js';
import { Call } from '../http/call.js';
import { Operation } from '../http/operation.js';

@Controller('monitor/queues')
export class QueuesController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get()
  @Operation({
    tag: 'operations',
    summary: 'Jobs by kind and priority: waiting, in flight, age of the oldest; dead ones (operators)',
  })
  async queues(@Call() call: Caller): Promise<Answer> {
    requireOperator(call.principal);
    const [queues, depth] = await Promise.all([this.api.queues.queues(), this.api.vitals.queueDepth()]);
    const now = this.api.clock.now();
    return ok({
      queues: queues.map(({ oldestAt, ...figures }) => ({
        ...figures,
        oldestAgeMs: Math.max(0, now - Date.parse(oldestAt)),
      })),
      dead: depth['dead'] ?? 0,
    });
  }
}
