import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { zkStatusOf } from '../../commands/receipt/state.js';
import { requireOwner } from '../../identity/ownership.js';
import { receiptById } from '../../projections/receipts/queries.js';
import type { Caller } from '../../requests/caller.js';
import { upgradeReceipt } from '../../requests/upgrade-receipt.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';

const upgradeBody = z.strictObject({ level: z.literal('zero-knowledge') });

/** A proof that was not asked for when the run was created. */
@Controller('receipts')
export class ReceiptUpgradesController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post(':id/upgrade')
  @HttpCode(202)
  @Operation({
    tag: 'receipts',
    summary: 'Have a basic or full receipt of a completed run proven in zero knowledge',
    body: upgradeBody,
    success: 202,
  })
  async upgrade(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() { level }: z.output<typeof upgradeBody>,
  ): Promise<Answer> {
    const row = await receiptById(this.api.sql, id);
    requireOwner(call.principal, row?.user_id, 'receipt');
    const { workflow_id: workflowId, run_no: runNo } = row!;
    const sent = await upgradeReceipt(this.api, call, { receiptId: id, workflowId, runNo });
    const { state } = sent;
    const zkStatus = state.status === 'issued' ? zkStatusOf(state) : 'pending';
    return written(202, { receipt: { id, verificationLevel: level, zkStatus } }, sent);
  }
}
