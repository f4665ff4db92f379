import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { requireOwnerOrOperator } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import { monthOf, periodOf } from '../../ledger/month.js';
import { statementOf } from '../../ledger/statement.js';
import { statementCsv } from '../../ledger/statement-csv.js';
import { escrowOfUser } from '../../projections/escrow/queries.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok } from './answer.js';
import { Call } from './call.js';
import { asDownload } from './download.js';
import { Operation } from './operation.js';
import { statementView } from './views/statement.js';

const statementQuery = z.strictObject({
  month: z.string().max(20).optional().describe('such as 2026-11, in UTC; the present one if missing'),
  format: z.enum(['json', 'csv']).default('json'),
});

@Controller('escrow')
export class StatementsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get(':userId/statement')
  @Operation({
    tag: 'escrow',
    summary:
      'A month of the account: opening balance, entries, totals, closing balance (owner and operators)',
    query: statementQuery,
    about: { category: 'escrow', parameter: 'userId' },
    reads: ['escrow', 'ledger'],
  })
  async statement(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Query() { month, format }: z.output<typeof statementQuery>,
  ): Promise<Answer> {
    requireOwnerOrOperator(call.principal, userId, 'user');
    const { sql, clock, settings } = this.api;
    const wanted = month ?? monthOf(clock.now());
    const period = periodOf(wanted);
    const account = await escrowOfUser(sql, userId);
    if (!account) throw new Refusal('NOT_FOUND', 'There is no escrow account yet. Create one first.');
    const statement = await statementOf(sql, userId, period);
    const link = (signature: string) => settings.explorerUrl?.(signature) ?? null;
    if (format === 'csv')
      return asDownload(
        `statement-${userId}-${wanted}.csv`,
        'text/csv; charset=utf-8',
        Buffer.from(statementCsv(statement, link)),
      );
    const { network, asset } = account;
    return ok({ statement: { userId, month: wanted, network, asset, ...statementView(statement, link) } });
  }
}
