import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { receipt } from '../../commands/receipt/decide.js';
import { requireOwner } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import { receiptById, receiptOfWorkflow } from '../../projections/receipts/queries.js';
import type { ReceiptRow } from '../../projections/receipts/schema.js';
import { ownerOfWorkflow } from '../../projections/workflows/queries.js';
import { type Caller, contextOf } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { ofOwnWorkflow } from '../own-writes.js';
import { type Answer, etag, ok, written } from './answer.js';
import { Call, MaybeCall } from './call.js';
import { holdQuery, holdTo } from './hold-query.js';
import { Operation } from './operation.js';
import { bytesOf } from './raw-bodies.js';
import { readableReceipt } from './readable-receipt.js';
import { receiptView } from './views/receipt.js';

const tag = 'receipts';

const verifyBody = z
  .strictObject({ receipt: z.json().optional() })
  .describe('the receipt as you have it; without one, the issued document is verified');

/** @param body only a short one can be empty but for spaces and braces */
const asksForIssued = (body: Uint8Array): boolean =>
  body.length < 64 && /^\s*(\{\s*\})?\s*$/.test(new TextDecoder().decode(body));

const shareBody = z.strictObject({ shared: z.boolean().default(true) });

@Controller()
export class ReceiptsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get('receipts/:id')
  @Operation({
    tag,
    summary: 'A receipt: of your own, or one that was shared',
    access: 'public',
    answer: 'OneReceipt',
    about: { category: 'receipt', parameter: 'id' },
    reads: ['receipts', 'log'],
  })
  async one(@MaybeCall() call: Caller | undefined, @Param('id') id: string): Promise<Answer> {
    return this.answer(await this.readable(call, id));
  }

  @Get('workflows/:id/receipt')
  @Operation({
    tag,
    summary: "The receipt of a workflow's newest run",
    answer: 'OneReceipt',
    reads: ['workflows', 'receipts', 'log'],
  })
  async ofWorkflow(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const owner = () => ownerOfWorkflow(this.api.sql, id);
    const found = await ofOwnWorkflow(this.api, call.principal, id, owner, ['workflows', 'receipts']);
    requireOwner(call.principal, found, 'workflow');
    const row = await receiptOfWorkflow(this.api.sql, id);
    if (!row) throw new Refusal('RECEIPT_NOT_READY', 'The receipt has not been issued yet.');
    return this.answer(row);
  }

  @Post('receipts/:id/verify')
  @HttpCode(200)
  @Operation({
    tag,
    summary: 'Run every check of a receipt again, over the document sent or the one issued',
    access: 'public',
    body: verifyBody,
    raw: true,
    query: holdQuery,
  })
  async verify(
    @MaybeCall() call: Caller | undefined,
    @Param('id') id: string,
    @Body() body: unknown,
    @Query() query: z.output<typeof holdQuery>,
  ): Promise<Answer> {
    const sent = bytesOf(body);
    const bytes = asksForIssued(sent) ? await this.issued(await this.readable(call, id)) : sent;
    return ok(await this.api.verification.receipt(bytes, holdTo(query)));
  }

  @Post('receipts/:id/share')
  @Operation({
    tag,
    summary: 'Let anybody who knows its id read this receipt, or no longer',
    body: shareBody,
  })
  async share(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() { shared }: z.output<typeof shareBody>,
  ): Promise<Answer> {
    const row = await receiptById(this.api.sql, id);
    requireOwner(call.principal, row?.user_id, 'receipt');
    const command = { type: 'ShareReceipt', shared } as const;
    const context = contextOf(call, 'share', row!.workflow_id);
    const sent = await this.api.dispatch.send(receipt, id, command, context);
    return written(200, { receipt: { id, shared } }, sent);
  }

  @Delete('receipts/:id/share')
  @Operation({ tag, summary: 'Let nobody but its owner read this receipt any more' })
  unshare(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    return this.share(call, id, { shared: false });
  }

  private readable(call: Caller | undefined, id: string): Promise<ReceiptRow> {
    return readableReceipt(this.api.sql, call, id);
  }

  /** As it was issued, with its place in the log once it has one: that is not signed, and proves itself. */
  private async document(row: ReceiptRow): Promise<unknown> {
    const [issued, log] = await Promise.all([
      this.api.receipts.read(row.document, row.receipt_id, row.user_id),
      this.api.receiptLog.inclusion(row.receipt_id),
    ]);
    return log && issued ? { ...issued, log } : issued;
  }

  private async issued(row: ReceiptRow): Promise<Uint8Array> {
    return new TextEncoder().encode(JSON.stringify(await this.document(row)));
  }

  private async answer(row: ReceiptRow): Promise<Answer> {
    const receipt = {
      ...receiptView(row, this.api.proofs.of(row.receipt_id)),
      document: await this.document(row),
    };
    return ok({ receipt }, { etag: etag(row.revision) });
  }
}
