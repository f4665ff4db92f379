import { Body, Controller, Delete, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { walletAddressSchema } from '../../commands/escrow/commands.js';
import { mandate } from '../../commands/mandate/decide.js';
import type { Mandate } from '../../commands/mandate/state.js';
import { requireOwner } from '../../identity/ownership.js';
import { LIMITS } from '../../kernel/limits.js';
import { usdcToMicros } from '../../kernel/money.js';
import { isoTime } from '../../kernel/time.js';
import { mandatesOfUser } from '../../projections/mandates/queries.js';
import type { Caller } from '../../requests/caller.js';
import { usdcSchema } from '../../requests/create-body.js';
import { grantMandate, mandateChallenge } from '../../requests/grant-mandate.js';
import { revokeMandate } from '../../requests/revoke-mandate.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, etag, ok, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';
import { limitParameter } from './paging.js';
import { mandateSummary, mandateView } from './views/mandate.js';

const tag = 'mandates';

const challengeBody = z.strictObject({
  wallet: walletAddressSchema.describe('linked to you'),
  maxTotal: usdcSchema.describe('USDC all plans may cost together'),
  maxPerTransaction: usdcSchema.describe('USDC one plan may cost, and so each of its payments'),
  allowedRecipients: z
    .array(walletAddressSchema)
    .min(1)
    .max(LIMITS.mandateRecipients)
    .optional()
    .describe('who may be paid; whoever a plan names when left out'),
  expiresAt: z.iso.datetime({ precision: 3 }),
});
const grantBody = z.strictObject({
  message: z.string().min(1).max(6_000).describe('as POST /mandates/challenge answered it'),
  signature: z.string().max(100).describe('of the message by its wallet: base58 or base64'),
});
const listQuery = z.strictObject({ limit: limitParameter });

@Controller('mandates')
export class MandatesController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post('challenge')
  @Operation({ tag, summary: 'The message a wallet signs to approve plans in advance', body: challengeBody })
  async challenge(@Call() call: Caller, @Body() body: z.output<typeof challengeBody>): Promise<Answer> {
    const { maxTotal, maxPerTransaction, ...rest } = body;
    const challenge = await mandateChallenge(this.api, call, {
      ...rest,
      maxTotal: usdcToMicros(maxTotal),
      maxPerTransaction: usdcToMicros(maxPerTransaction),
    });
    return ok(challenge);
  }

  @Post()
  @Operation({ tag, summary: 'Grant what a wallet has signed', body: grantBody, success: 201 })
  async grant(@Call() call: Caller, @Body() body: z.output<typeof grantBody>): Promise<Answer> {
    const granted = await grantMandate(this.api, call, body);
    return written(201, { mandate: this.shown(granted.state as Mandate) }, granted);
  }

  @Get()
  @Operation({
    tag,
    summary: 'Your mandates with what is left of each, newest first',
    query: listQuery,
    reads: ['payments'],
  })
  async list(@Call() call: Caller, @Query() { limit }: z.output<typeof listQuery>): Promise<Answer> {
    const rows = await mandatesOfUser(this.api.sql, call.principal.userId, limit);
    const now = isoTime(this.api.clock.now());
    return ok({ mandates: rows.map((row) => mandateSummary(row, now)) });
  }

  @Get('delegate')
  @Operation({
    tag,
    summary: 'Whom your wallet approves on the chain, so that money stays in it until it is paid',
    reads: [],
  })
  async delegate(@Call() call: Caller): Promise<Answer> {
    const { network, mint: asset } = this.api.chain;
    const delegate = await this.api.delegateOf(call.principal.userId);
    return ok({ delegate, network, asset, instruction: 'ApproveChecked' });
  }

  @Get(':id')
  @Operation({ tag, summary: 'One mandate: its limits, what is left, and the runs that used it', reads: [] })
  async one(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const { state, revision } = await this.api.dispatch.load(mandate, id);
    requireOwner(call.principal, state.status === 'none' ? undefined : state.granted.userId, 'mandate');
    return ok({ mandate: this.shown(state as Mandate) }, { etag: etag(revision) });
  }

  @Delete(':id')
  @Operation({ tag, summary: 'Revoke a mandate at once; runs it has approved go on' })
  async revoke(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const revoked = await revokeMandate(this.api, call, id);
    const shown = this.shown(revoked.state as Mandate);
    return written(200, { message: `Mandate ${shown.status}`, mandate: shown }, revoked);
  }

  /** The same for clients that cannot send DELETE. */
  @Post(':id/revoke')
  @Operation({ tag, summary: 'Revoke a mandate at once, as DELETE does', body: z.strictObject({}) })
  revokeByPost(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    return this.revoke(call, id);
  }

  private shown(state: Mandate) {
    return mandateView(state, isoTime(this.api.clock.now()));
  }
}
