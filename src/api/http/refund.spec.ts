import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type House, openHouse } from '../../../test/kit/api-house.js';
import type { PaymentCommand } from '../../commands/payment/commands.js';
import { payment } from '../../commands/payment/decide.js';
import { uuidv5 } from '../../kernel/event.js';
import { toMicros } from '../../kernel/money.js';

const PRICE = toMicros(20_000n);
const SIGNATURE = '5'.repeat(88);

describe('asking for a payment back over the API', () => {
  let house: House;
  let alice: Client;
  let mallory: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
    await paid('pay_lost', { type: 'RecordNonDelivery', code: 'PAYMENT_UNDELIVERED', message: 'No answer.' });
    await paid('pay_good', { type: 'RecordDelivery', answerHash: 'c'.repeat(64) });
    await house.caughtUp();
  });
  afterAll(() => house.close());

  async function paid(paymentId: string, end: PaymentCommand): Promise<void> {
    const [payTo, asset, network, holdId] = ['PAYEE', 'USDC', 'n', 'hold_1'];
    const of = { paymentId, workflowId: 'wf_01', runNo: 1, stepId: 'step_1', userId: alice.userId, holdId };
    const terms = { dialect: 'x402-v2', scheme: 'exact', network, asset, payTo, amount: PRICE } as const;
    const bytes = { header: 'h', memo: 'm', blockhash: 'b', lastValidBlockHeight: 9n, watermark: null };
    const commands: PaymentCommand[] = [
      { type: 'RecordQuote', ...of, serviceId: 'svc_1', ...terms },
      {
        type: 'AuthorizePayment',
        planHash: 'b'.repeat(64),
        ceiling: PRICE,
        approved: { payTo, asset, network },
      },
      { type: 'PreparePayment', attempt: 1, payTo, amount: PRICE, ...bytes },
      { type: 'SubmitPayment', attempt: 1 },
      { type: 'ConfirmPayment', attempt: 1, signature: SIGNATURE, slot: 42n },
      end,
    ];
    for (const command of commands)
      await house.dispatch.send(payment, paymentId, command, {
        commandId: uuidv5(`${paymentId}/${command.type}`),
        correlationId: 'wf_01',
        actor: { type: 'system', id: 'test' },
      });
  }

  it('is accepted once, and says by which memo it will be known, and until when', async () => {
    const asked = await alice.post('/payments/pay_lost/refund', {});
    expect(asked).toMatchObject({
      status: 202,
      body: {
        success: true,
        refund: { status: 'requested', memo: `refund:${SIGNATURE}`, payTo: 'account', amountMicro: '20000' },
      },
    });
    expect((await alice.post('/payments/pay_lost/refund', {})).body.refund).toEqual(asked.body.refund);
    await house.caughtUp();
    expect((await alice.get('/payments/pay_lost')).body.payment).toMatchObject({
      status: 'refund_requested',
      refund: { memo: `refund:${SIGNATURE}` },
    });
  });

  it.each<[string, string, number, string]>([
    ['that was answered', 'pay_good', 409, 'PAYMENT_DELIVERED'],
    ['that is nobody’s', 'pay_none', 404, 'NOT_FOUND'],
  ])('of a payment %s is refused', async (_, id, status, code) => {
    expect(await alice.post(`/payments/${id}/refund`, {})).toMatchObject({
      status,
      body: { code },
    });
  });

  it('of somebody else’s payment is refused as if there were none', async () => {
    expect((await mallory.post('/payments/pay_lost/refund', {})).status).toBe(404);
  });

  it('with members it does not know is refused', async () => {
    expect((await alice.post('/payments/pay_lost/refund', { amount: 5 })).status).toBe(400);
  });
});
