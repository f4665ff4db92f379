import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { walletAddressSchema } from '../../commands/escrow/commands.js';
import { requireOwner } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import { usdcToMicros } from '../../kernel/money.js';
import { withdrawalOfUser, withdrawalsOfUser } from '../../projections/withdrawals/queries.js';
import type { Caller } from '../../requests/caller.js';
import { usdcSchema } from '../../requests/create-body.js';
import { requestWithdrawal } from '../../requests/request-withdrawal.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, etag, money, ok, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';
import { limitParameter } from './paging.js';
import { withdrawalView } from './views/withdrawal.js';

const tag = 'escrow';

const withdrawBody = z.strictObject({
  amount: usdcSchema.refine((amount) => amount > 0, { message: 'a withdrawal is more than nothing' }),
  destination: walletAddressSchema.describe('a wallet that is linked to you'),
});
type WithdrawBody = z.output<typeof withdrawBody>;
const listQuery = z.strictObject({ limit: limitParameter });

/** Money that users take out again. */
@Controller('escrow')
export class WithdrawalsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post(':userId/withdrawals')
  @Operation({
    tag,
    summary: 'Take money out, to a linked wallet; 202, and the chain decides when it is there',
    body: withdrawBody,
    success: 202,
  })
  async withdrawal(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Body() body: WithdrawBody,
  ): Promise<Answer> {
    requireOwner(call.principal, userId, 'user');
    const amount = usdcToMicros(body.amount);
    const { destination } = body;
    const requested = await requestWithdrawal(this.api, call, { amount, destination });
    const { withdrawalId: id, status, requestedAt } = requested;
    const withdrawal = { id, status, ...money('amount', amount), destination, requestedAt };
    return written(202, { message: 'Withdrawal is on its way', withdrawalId: id, withdrawal }, requested);
  }

  /** The name the first clients know it by. */
  @Post(':userId/withdraw')
  @Operation({ tag, summary: 'The same as POST …/withdrawals', body: withdrawBody, success: 202 })
  async withdraw(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Body() body: WithdrawBody,
  ): Promise<Answer> {
    return this.withdrawal(call, userId, body);
  }

  @Get(':userId/withdrawals')
  @Operation({
    tag,
    summary: 'Your withdrawals, newest first',
    query: listQuery,
    about: { category: 'escrow', parameter: 'userId' },
    reads: ['withdrawals'],
  })
  async list(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Query() { limit }: z.output<typeof listQuery>,
  ): Promise<Answer> {
    requireOwner(call.principal, userId, 'user');
    const { withdrawals, total } = await withdrawalsOfUser(this.api.sql, userId, limit);
    const { explorerUrl } = this.api.settings;
    return ok({ withdrawals: withdrawals.map((row) => withdrawalView(row, explorerUrl)), total });
  }

  @Get(':userId/withdrawals/:id')
  @Operation({
    tag,
    summary: 'One withdrawal: its state, signature and where to look it up',
    about: { category: 'escrow', parameter: 'userId' },
    reads: ['withdrawals'],
  })
  async one(@Call() call: Caller, @Param('userId') userId: string, @Param('id') id: string): Promise<Answer> {
    requireOwner(call.principal, userId, 'user');
    const row = await withdrawalOfUser(this.api.sql, userId, id);
    if (!row) throw new Refusal('NOT_FOUND', 'There is no such withdrawal.');
    return ok(
      { withdrawal: withdrawalView(row, this.api.settings.explorerUrl) },
      { etag: etag(row.revision) },
    );
  }
}
