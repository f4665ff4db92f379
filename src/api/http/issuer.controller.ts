import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { receipt } from '../../commands/receipt/decide.js';
import { requireOperator } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import { isoTime } from '../../kernel/time.js';
import { receiptById } from '../../projections/receipts/queries.js';
import { type Caller, contextOf } from '../../requests/caller.js';
import { jwksOf } from '../../verifier/index.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { Answer, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';

const tag = 'proofs';

const nothing = z.strictObject({});
const reason = z.string().trim().min(1).max(500).describe('published with it');
const revokeReceiptBody = z.strictObject({ reason });
const revokeKeyBody = z.strictObject({
  reason,
  from: z.iso
    .datetime({ precision: 3 })
    .optional()
    .describe('nothing is believed that the key signed from then on; now when left out'),
});

/** ms others may keep what is published: as long as a revocation may stay unheard */
const PUBLISHED = { 'cache-control': 'public, max-age=60' };

/** The keys receipts are signed with, and what the issuer took back. */
@Controller()
export class IssuerController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get('.well-known/quittance-keys.json')
  @Operation({
    tag,
    summary: 'Public keys of receipts and of their log, with the times they were in use',
    access: 'public',
  })
  keys(): Answer {
    return new Answer(200, this.api.issuers.published(this.api.receiptLog.identity), PUBLISHED);
  }

  @Get('.well-known/jwks.json')
  @Operation({ tag, summary: 'The same keys as a JSON Web Key Set, without those revoked', access: 'public' })
  jwks(): Answer {
    return new Answer(200, jwksOf(this.api.issuers.published(null)), PUBLISHED);
  }

  @Get('.well-known/quittance-revocations.json')
  @Operation({ tag, summary: 'Receipts and keys that are revoked, and why', access: 'public' })
  async revocations(): Promise<Answer> {
    return new Answer(200, await this.api.revocations.current(), PUBLISHED);
  }

  @Post('receipt-keys/rotate')
  @HttpCode(200)
  @Operation({ tag, summary: 'Sign receipts with a new key from now on (operators)', body: nothing })
  async rotate(@Call() call: Caller): Promise<Answer> {
    requireOperator(call.principal);
    const sent = await this.api.issuers.rotate(contextOf(call, 'rotate', 'receipt-keys'));
    const { keys } = this.api.issuers.published(this.api.receiptLog.identity);
    return written(200, { keys }, sent);
  }

  @Post('receipt-keys/:keyId/revoke')
  @HttpCode(200)
  @Operation({
    tag,
    summary: 'Believe nothing a former key signed from a time on (operators)',
    body: revokeKeyBody,
  })
  async revokeKey(
    @Call() call: Caller,
    @Param('keyId') keyId: string,
    @Body() body: z.output<typeof revokeKeyBody>,
  ): Promise<Answer> {
    requireOperator(call.principal);
    const now = isoTime(this.api.clock.now());
    const { reason: why, from = now } = body;
    if (from > now)
      throw new Refusal('VALIDATION_FAILED', 'A key is revoked from now or from an earlier time.');
    const wanted = { keyId, from, reason: why, logSize: await this.api.receiptLog.size() };
    const sent = await this.api.issuers.revoke(wanted, contextOf(call, 'revoke', 'receipt-keys'));
    const { keys } = this.api.issuers.published(this.api.receiptLog.identity);
    return written(200, { keys }, sent);
  }

  @Post('receipts/:id/revoke')
  @HttpCode(200)
  @Operation({
    tag: 'receipts',
    summary: 'Take back a receipt, for good (operators)',
    body: revokeReceiptBody,
  })
  async revokeReceipt(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() { reason: why }: z.output<typeof revokeReceiptBody>,
  ): Promise<Answer> {
    requireOperator(call.principal);
    const row = await receiptById(this.api.sql, id);
    if (!row) throw new Refusal('NOT_FOUND', 'There is no such receipt.');
    const command = { type: 'RevokeReceipt', reason: why, at: isoTime(this.api.clock.now()) } as const;
    const sent = await this.api.dispatch.send(
      receipt,
      id,
      command,
      contextOf(call, 'revoke', row.workflow_id),
    );
    const revoked = sent.state.status === 'issued' ? sent.state.revoked : undefined;
    return written(200, { receipt: { id, revokedAt: revoked?.at, reason: revoked?.reason } }, sent);
  }
}
