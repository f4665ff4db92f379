import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { walletAddressSchema } from '../../commands/escrow/commands.js';
import { requireOperator } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { usdcToMicros } from '../../kernel/money.js';
import { listEarnings, listSettlements, settlementById } from '../../projections/settlements/queries.js';
import type { Caller } from '../../requests/caller.js';
import { usdcSchema } from '../../requests/create-body.js';
import { requestPayout, retryPayout } from '../../requests/request-payout.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, etag, money, ok, written } from '../http/answer.js';
import { Call } from '../http/call.js';
import { Operation } from '../http/operation.js';
import { limitParameter } from '../http/paging.js';
import { earningsView, settlementView } from './payout-view.js';

const tag = 'payouts';

const payoutBody = z.strictObject({
  from: z
    .enum(['escrow', 'platform', 'reserve'])
    .default('escrow')
    .describe('your own escrow account, shared by the split; or what platform or reserve have earned'),
  payouts: z
    .array(
      z.strictObject({
        recipient: walletAddressSchema,
        amount: usdcSchema.refine((amount) => amount > 0, { message: 'a payout is more than nothing' }),
        reference: z.string().trim().min(1).max(100),
      }),
    )
    .min(1)
    .max(LIMITS.payoutsPerSettlement),
});
const retryBody = z.strictObject({
  item: z.number().int().min(0).max(LIMITS.payoutsPerSettlement),
  recipient: walletAddressSchema.optional().describe('another wallet of the same recipient'),
});
const listQuery = z.strictObject({ limit: limitParameter });

/** What is owed to recipients, paid many in one transaction. */
@Controller('operator')
export class PayoutsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post('payouts')
  @Operation({ tag, summary: 'Pay out what is owed (operators)', body: payoutBody, success: 202 })
  async pay(@Call() call: Caller, @Body() { from, payouts }: z.output<typeof payoutBody>): Promise<Answer> {
    const dues = payouts.map(({ amount, ...due }) => ({ ...due, amount: usdcToMicros(amount) }));
    const { settlementId, total, position } = await requestPayout(this.api, call, { from, dues });
    const settlement = { id: settlementId, ...money('total', total) };
    return written(202, { message: 'Payouts are on their way', settlement }, { position });
  }

  @Get('payouts')
  @Operation({
    tag,
    summary: 'Settlements and their payouts, newest first (operators)',
    query: listQuery,
    reads: ['settlements'],
  })
  async list(@Call() call: Caller, @Query() { limit }: z.output<typeof listQuery>): Promise<Answer> {
    requireOperator(call.principal);
    const rows = await listSettlements(this.api.sql, limit);
    return ok({ settlements: rows.map((row) => settlementView(row, this.api.settings.explorerUrl)) });
  }

  @Get('payouts/:id')
  @Operation({
    tag,
    summary: 'One settlement: who was paid, by which transaction, and who was not (operators)',
    about: { category: 'settlement', parameter: 'id' },
    reads: ['settlements'],
  })
  async one(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    requireOperator(call.principal);
    const row = await settlementById(this.api.sql, id);
    if (!row) throw new Refusal('NOT_FOUND', 'There is no such settlement.');
    return ok(
      { settlement: settlementView(row, this.api.settings.explorerUrl) },
      { etag: etag(row.revision) },
    );
  }

  @Post('payouts/:id/retry')
  @Operation({
    tag,
    summary: 'Try a payout again that failed, to another wallet if need be (operators)',
    body: retryBody,
    success: 202,
  })
  async retry(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() body: z.output<typeof retryBody>,
  ): Promise<Answer> {
    const retried = await retryPayout(this.api, call, id, body);
    return written(202, { message: 'The payout is tried again' }, retried);
  }

  @Get('earnings')
  @Operation({
    tag,
    summary: 'What platform and reserve have earned, and what was paid of it (operators)',
    reads: ['settlements'],
  })
  async earnings(@Call() call: Caller): Promise<Answer> {
    requireOperator(call.principal);
    return ok({ earnings: (await listEarnings(this.api.sql)).map(earningsView) });
  }
}
