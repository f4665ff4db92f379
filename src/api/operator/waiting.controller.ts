import { Controller, Get, Inject, Query } from '@nestjs/common';
import { z } from 'zod';
import { lookAtWaiting } from '../../fairness/look-at-waiting.js';
import { requireOperator } from '../../identity/ownership.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok } from '../http/answer.js';
import { Call } from '../http/call.js';
import { Operation } from '../http/operation.js';
import { countParameter } from '../http/paging.js';

const waitingQuery = z.strictObject({
  limit: countParameter(50, 1_000).describe('users and services shown, those with the most waiting'),
});

@Controller('monitor/waiting')
export class WaitingController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get()
  @Operation({
    tag: 'operations',
    summary:
      'What each user and each service waits for: waiting, in flight, limit, why, since when (operators)',
    query: waitingQuery,
  })
  async waiting(@Call() call: Caller, @Query() { limit }: z.output<typeof waitingQuery>): Promise<Answer> {
    requireOperator(call.principal);
    const { users, services } = await lookAtWaiting(this.api);
    return ok({ users: users.slice(0, limit), services: services.slice(0, limit) });
  }
}
