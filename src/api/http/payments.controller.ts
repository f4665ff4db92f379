import { Controller, Get, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { requireOwner } from '../../identity/ownership.js';
import { paymentById } from '../../projections/payments/queries.js';
import type { Caller } from '../../requests/caller.js';
import { requestRefund } from '../../requests/request-refund.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, etag, money, ok, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';
import { paymentView } from './views/payment.js';

const refundBody = z.strictObject({});

@Controller('payments')
export class PaymentsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get(':id')
  @Operation({ tag: 'payments', summary: 'One payment: its state, signature and where to look it up' })
  async one(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const row = await paymentById(this.api.sql, id);
    requireOwner(call.principal, row?.user_id, 'payment');
    return ok({ payment: paymentView(row!, this.api.settings.explorerUrl) }, { etag: etag(row!.revision) });
  }

  @Post(':id/refund')
  @Operation({
    tag: 'payments',
    summary:
      'Ask the recipient of a payment that was not answered to give it back; 202 until the money is there',
    body: refundBody,
    success: 202,
  })
  async refund(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const asked = await requestRefund(this.api, call, id);
    const { refund, quote } = asked.state;
    const { tokenAccount } = await this.api.chain.escrowAddress();
    const claim = { ...refund, payTo: tokenAccount, ...money('amount', `${quote.amount}`) };
    const isBack = refund.status === 'refunded';
    const message = isBack ? 'The payment was given back' : 'The payment is asked back';
    return written(isBack ? 200 : 202, { message, refund: claim }, asked);
  }
}
