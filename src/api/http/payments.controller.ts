import { Controller, Get, Inject, Param } from '@nestjs/common';
import { requireOwner } from '../../identity/ownership.js';
import { paymentById } from '../../projections/payments/queries.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, etag, ok } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';
import { paymentView } from './views/payment.js';

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
}
