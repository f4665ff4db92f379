import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { requireOwner } from '../../identity/ownership.js';
import { receiptById } from '../../projections/receipts/queries.js';
import type { Caller } from '../../requests/caller.js';
import { element } from '../../verifier/document.js';
import { receiptSchema, SHOWABLE } from '../../verifier/index.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';

const tag = 'receipts';

const discloseBody = z.strictObject({
  stepId: z.string().min(1).max(80),
  show: z
    .array(z.enum(SHOWABLE))
    .max(SHOWABLE.length)
    .default([...SHOWABLE])
    .describe(
      'what is shown of the step beside its name in the plan and how it ended; executor shows the payment',
    ),
  context: element.optional().describe('chosen by whoever will verify it, so that it convinces nobody else'),
  openings: z
    .boolean()
    .default(false)
    .describe(
      'add the salts of a shown input or output: a content can then be confirmed, and so can a guess',
    ),
});

/** One step of a run, shown without the others. */
@Controller('receipts')
export class DisclosuresController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post(':id/disclose')
  @HttpCode(200)
  @Operation({
    tag,
    summary: 'Show one step of a run, with a proof that it belongs to the receipt and nothing else revealed',
    body: discloseBody,
  })
  async disclose(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() { stepId, show, context, openings }: z.output<typeof discloseBody>,
  ): Promise<Answer> {
    const row = await receiptById(this.api.sql, id);
    requireOwner(call.principal, row?.user_id, 'receipt');
    const [issued, log] = await Promise.all([
      this.api.receipts.read(row!.document, id, row!.user_id),
      this.api.receiptLog.inclusion(id),
    ]);
    const receipt = receiptSchema.parse({ ...(issued as object), ...(log && { log }) });
    const document = await this.api.disclosures.disclose(receipt, {
      stepId,
      show,
      openings,
      ...(context !== undefined && { context }),
    });
    return ok({ disclosure: { receiptId: id, stepId, document } });
  }
}
