import { Body, Controller, Get, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { requireOwner } from '../../identity/ownership.js';
import { paymentById } from '../../projections/payments/queries.js';
import { authorizePayment } from '../../requests/authorize-payment.js';
import type { Caller } from '../../requests/caller.js';
import { requestRefund } from '../../requests/request-refund.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, etag, money, ok, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';
import { linkOf, paymentView } from './views/payment.js';

const refundBody = z.strictObject({});
const wire = z
  .string()
  .max(2_000)
  .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'base64');
const authorizeBody = z
  .union([
    z.strictObject({ transaction: wire.describe('signed by the wallet that pays') }),
    z.strictObject({ payload: z.looseObject({ payload: z.looseObject({ transaction: wire }) }) }),
  ])
  .describe(
    'what GET /workflows/{id}/payments?state=awaiting_signature gave to sign, signed: alone, or in an x402 payload',
  );

@Controller('payments')
export class PaymentsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get(':id')
  @Operation({
    tag: 'payments',
    summary: 'One payment: its state, signature and where to look it up',
    about: { category: 'payment', parameter: 'id' },
    reads: ['payments'],
  })
  async one(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const row = await paymentById(this.api.sql, id);
    requireOwner(call.principal, row?.user_id, 'payment');
    return ok({ payment: paymentView(row!, this.api.settings.explorerUrl) }, { etag: etag(row!.revision) });
  }

  @Post(':id/authorize')
  @Operation({
    tag: 'payments',
    summary: 'Give back, signed, the payment that a wallet of your own was asked to sign',
    body: authorizeBody,
    success: 202,
  })
  async authorize(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() body: z.output<typeof authorizeBody>,
  ): Promise<Answer> {
    const transaction = 'transaction' in body ? body.transaction : body.payload.payload.transaction;
    const signed = await authorizePayment(this.api, call, id, transaction);
    const payment = { id, status: signed.state.status };
    return written(202, { message: 'The payment is signed', payment }, signed);
  }

  @Post(':id/refund')
  @Operation({
    tag: 'payments',
    summary:
      'Ask the recipient of a payment that was not answered to give it back; 202 until the money is there',
    body: refundBody,
    accepted: true,
  })
  async refund(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const asked = await requestRefund(this.api, call, id);
    const { refund, quote } = asked.state;
    const { tokenAccount } = await this.api.chain.escrowAddress();
    const link = linkOf(refund, this.api.settings.explorerUrl);
    const claim = { ...refund, ...link, payTo: tokenAccount, ...money('amount', `${quote.amount}`) };
    const isBack = refund.status === 'refunded';
    const message = isBack ? 'The payment was given back' : 'The payment is asked back';
    return written(isBack ? 200 : 202, { message, refund: claim }, asked);
  }
}
