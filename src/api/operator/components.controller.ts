import { Controller, Get, Inject } from '@nestjs/common';
import { requireOperator } from '../../identity/ownership.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok } from '../http/answer.js';
import { Call } from '../http/call.js';
import { Operation } from '../http/operation.js';
import { breakerView } from './breaker-view.js';

const SHOWN = 200;

@Controller('monitor/components')
export class ComponentsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get()
  @Operation({
    tag: 'operations',
    summary:
      'What this process depends on, the breakers of services that have failed, and how many streams read models leave out (operators)',
  })
  async components(@Call() call: Caller): Promise<Answer> {
    requireOperator(call.principal);
    const dependencies = await this.api.vitals.dependencies();
    const breakers = await this.api.breakers.all(SHOWN).catch(() => null);
    const parked = await this.api.readModels.parked().catch(() => null);
    return ok({
      components: Object.entries(dependencies).map(([name, up]) => ({ name, status: up ? 'up' : 'down' })),
      breakers: breakers?.map(({ serviceId, breaker }) => ({ serviceId, ...breakerView(breaker) })) ?? null,
      parkedStreams: parked?.length ?? null,
    });
  }
}
