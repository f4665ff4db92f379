import { Body, Controller, Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { requireOperator } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok } from '../http/answer.js';
import { Call } from '../http/call.js';
import { Operation } from '../http/operation.js';

const tag = 'operations';
const nothing = z.strictObject({});

/** Whether the custodial account holds what the books say it should. */
@Controller('monitor/reconciliation')
export class ReconciliationController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get()
  @Operation({ tag, summary: 'The last comparison of ledger, accounts and chain (operators)' })
  async last(@Call() call: Caller): Promise<Answer> {
    requireOperator(call.principal);
    const reconciliation = await this.api.reconciliation.last();
    if (!reconciliation) throw new Refusal('NOT_FOUND', 'Ledger and chain have not been compared yet.');
    return ok({ reconciliation });
  }

  @Post()
  @Operation({
    tag,
    summary: 'Compares ledger, accounts and chain now; corrects nothing (operators)',
    body: nothing,
  })
  async run(@Call() call: Caller, @Body() _body: z.output<typeof nothing>): Promise<Answer> {
    requireOperator(call.principal);
    return ok({ reconciliation: await this.api.reconciliation.run() });
  }
}
