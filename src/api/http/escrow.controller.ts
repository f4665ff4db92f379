import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { transactionSignatureSchema, walletAddressSchema } from '../../commands/escrow/commands.js';
import { requireOwner, requireOwnerOrOperator } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import { usdcToMicros } from '../../kernel/money.js';
import { escrowHistory, escrowOfUser } from '../../projections/escrow/queries.js';
import { parseCursor } from '../../projections/page.js';
import type { Caller } from '../../requests/caller.js';
import { usdcSchema } from '../../requests/create-body.js';
import { depositMemo, openEscrow, walletChallenge } from '../../requests/open-escrow.js';
import { submitDeposit } from '../../requests/submit-deposit.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, etag, money, ok, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';
import { cursorParameter, limitParameter } from './paging.js';
import { balanceView, escrowView, ledgerView } from './views/escrow.js';

const tag = 'escrow';

const addressQuery = z.strictObject({ wallet: walletAddressSchema.optional() });
const createBody = z.strictObject({
  userWallet: walletAddressSchema,
  signature: z.string().max(100).describe('of the challenge that GET /escrow/address?wallet= answers'),
});
const depositBody = z.strictObject({
  amount: usdcSchema.refine((amount) => amount > 0, { message: 'a deposit is more than nothing' }),
  signature: transactionSignatureSchema,
});
const historyQuery = z.strictObject({ limit: limitParameter, cursor: cursorParameter });

@Controller('escrow')
export class EscrowController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get('address')
  @Operation({
    tag,
    summary: 'Where to deposit, with which memo, and what a wallet signs',
    query: addressQuery,
    reads: [],
  })
  async address(@Call() call: Caller, @Query() { wallet }: z.output<typeof addressQuery>): Promise<Answer> {
    const { chain } = this.api;
    const { owner, tokenAccount } = await chain.escrowAddress();
    const { userId } = call.principal;
    return ok({
      address: owner,
      tokenAccount,
      network: chain.network,
      asset: chain.mint,
      memo: depositMemo(userId),
      ...(wallet !== undefined && { challenge: walletChallenge(userId, wallet) }),
    });
  }

  @Post(':userId/create')
  @Operation({ tag, summary: 'Open an escrow account for your wallet', body: createBody, success: 201 })
  async create(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Body() { userWallet, signature }: z.output<typeof createBody>,
  ): Promise<Answer> {
    requireOwner(call.principal, userId, 'user');
    const opened = await openEscrow(this.api, call, userWallet, signature);
    const { network, mint: asset } = this.api.chain;
    const { openedAt } = opened;
    return written(201, { escrow: { userId, wallet: userWallet, network, asset, openedAt } }, opened);
  }

  @Get(':userId/balance')
  @Operation({
    tag,
    summary: 'What is available, held and in total',
    about: { category: 'escrow', parameter: 'userId' },
    reads: ['escrow'],
  })
  async balance(@Call() call: Caller, @Param('userId') userId: string): Promise<Answer> {
    requireOwner(call.principal, userId, 'user');
    const row = await escrowOfUser(this.api.sql, userId);
    return ok(
      {
        ...balanceView(row ?? { available: '0', held: '0', withdrawing: '0' }),
        escrow: row ? escrowView(row) : null,
      },
      row && { etag: etag(row.revision) },
    );
  }

  @Post(':userId/deposit')
  @Operation({
    tag,
    summary: 'Report a transfer to the escrow; 202 until the chain has finalized it',
    body: depositBody,
    accepted: true,
  })
  async deposit(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Body() { amount, signature }: z.output<typeof depositBody>,
  ): Promise<Answer> {
    requireOwner(call.principal, userId, 'user');
    const micros = usdcToMicros(amount);
    const submitted = await submitDeposit(this.api, call, { signature, amount: micros });
    const deposit = { signature, ...money('amount', micros), status: submitted.status };
    return submitted.status === 'confirmed'
      ? written(200, { message: 'Deposit confirmed', deposit }, submitted)
      : written(202, { message: 'Deposit is being confirmed', deposit }, submitted);
  }

  @Get(':userId/history')
  @Operation({
    tag,
    summary: 'What moved in the account, with its balance after it, newest first (owner and operators)',
    query: historyQuery,
    about: { category: 'escrow', parameter: 'userId' },
    reads: ['escrow', 'ledger'],
  })
  async history(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Query() { limit, cursor }: z.output<typeof historyQuery>,
  ): Promise<Answer> {
    requireOwnerOrOperator(call.principal, userId, 'user');
    const before = cursor === undefined ? undefined : parseCursor(cursor);
    const { rows, total, nextCursor } = await escrowHistory(this.api.sql, userId, limit, before);
    const { explorerUrl } = this.api.settings;
    return ok({ history: rows.map((row) => ledgerView(row, explorerUrl)), total, nextCursor });
  }

  /** So that an unknown address below /escrow does not read as a user's. */
  @Get(':userId')
  @Operation({
    tag,
    summary: 'The escrow account of a user (owner and operators)',
    about: { category: 'escrow', parameter: 'userId' },
    reads: ['escrow'],
  })
  async account(@Call() call: Caller, @Param('userId') userId: string): Promise<Answer> {
    requireOwnerOrOperator(call.principal, userId, 'user');
    const row = await escrowOfUser(this.api.sql, userId);
    if (!row) throw new Refusal('NOT_FOUND', 'There is no escrow account yet. Create one first.');
    return ok({ escrow: escrowView(row) }, { etag: etag(row.revision) });
  }
}
