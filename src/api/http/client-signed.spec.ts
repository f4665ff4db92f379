import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { payment } from '../../commands/payment/decide.js';
import { toMicros } from '../../kernel/money.js';

const WALLET = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
let house: House;
let owner: Client;
let stranger: Client;

beforeAll(async () => {
  house = await openHouse();
  [owner, stranger] = await Promise.all([house.user('user_a'), house.user('user_b')]);
});
afterAll(() => house.close());

const input = 'Analyse the trend in the monthly sales and report it';
const create = (more: object) => owner.post('/workflows/create', { input, ...more });

/** A workflow that a wallet pays for, and a payment of it that waits for its signature. */
async function waiting(paymentId: string): Promise<string> {
  const { body } = await create({ funding: 'client', wallet: WALLET });
  const workflowId: string = body.workflow.id;
  const header = Buffer.from(
    JSON.stringify({ x402Version: 2, payload: { transaction: 'AQID' }, accepted: { payTo: WALLET } }),
  ).toString('base64');
  const terms = { network: 'solana:x', asset: 'A', payTo: 'P' } as const;
  const amount = toMicros(5n);
  const at = new Date(house.clock.now()).toISOString();
  const bytes = { header, memo: 'm', blockhash: 'b', lastValidBlockHeight: 1n, watermark: null };
  for (const command of [
    {
      type: 'RecordQuote',
      ...{ paymentId, workflowId, runNo: 1, stepId: 'step_1', userId: 'user_a', payer: WALLET },
      serviceId: 'svc_1',
      dialect: 'x402-v2',
      scheme: 'exact',
      amount,
      ...terms,
    },
    { type: 'AuthorizePayment', planHash: 'a'.repeat(64), ceiling: amount, approved: terms },
    { type: 'RequestSignature', at, attempt: 1, payTo: 'P', amount, ...bytes },
  ] as const)
    await house.dispatch.send(payment, paymentId, command, {
      commandId: `${paymentId} ${command.type}`,
      correlationId: workflowId,
      actor: { type: 'system', id: 'test' },
    });
  await house.caughtUp();
  return workflowId;
}

describe('a workflow that a wallet of its owner pays for', () => {
  it('is approved without anything in escrow, and holds nothing', async () => {
    const { body } = await create({ funding: 'client', wallet: WALLET });
    await house.propose(body.workflow.id, 'user_a');
    expect((await owner.post(`/workflows/${body.workflow.id}/approve`, {})).status).toBe(200);
    await house.caughtUp();
    const { body: after } = await owner.get(`/workflows/${body.workflow.id}`);
    expect(after.workflow.status).toBe('executing');
    expect((await owner.get('/escrow/user_a/balance')).body.heldMicro).toBe('0');
  });

  it('hands out what is to be signed, to its owner', async () => {
    const workflowId = await waiting('pay_1');
    const path = `/workflows/${workflowId}/payments?state=awaiting_signature`;
    expect((await owner.get(path)).body.payments).toMatchObject([
      {
        id: 'pay_1',
        status: 'awaiting_signature',
        payer: WALLET,
        amountMicro: '5',
        toSign: { transaction: 'AQID', requirement: { payTo: WALLET }, memo: 'm' },
      },
    ]);
    expect((await owner.get(`/workflows/${workflowId}/payments?state=delivered`)).body.payments).toEqual([]);
    expect((await owner.get(`/workflows/${workflowId}/payments?state=gone`)).status).toBe(400);
    expect((await stranger.get(path)).status).toBe(404);
  });

  it('takes back nothing but what was handed out, from nobody but its owner', async () => {
    await waiting('pay_2');
    const sent = async (body: object, by = owner, id = 'pay_2') => {
      const answer = await by.post(`/payments/${id}/authorize`, body);
      return [answer.status, answer.body.code];
    };
    expect(await sent({ transaction: 'AQIE' })).toEqual([422, 'PAYMENT_NOT_AS_ASKED']);
    expect(await sent({ payload: { payload: { transaction: 'AQIE' } } })).toEqual([
      422,
      'PAYMENT_NOT_AS_ASKED',
    ]);
    expect(await sent({ transaction: 'not base64!' })).toEqual([400, 'VALIDATION_FAILED']);
    expect(await sent({ transaction: 'A'.repeat(3_000) })).toEqual([400, 'VALIDATION_FAILED']);
    expect(await sent({})).toEqual([400, 'VALIDATION_FAILED']);
    expect(await sent({ transaction: 'AQID' }, stranger)).toEqual([404, 'NOT_FOUND']);
    expect(await sent({ transaction: 'AQID' }, owner, 'pay_unknown')).toEqual([404, 'NOT_FOUND']);
  });

  it.each([
    ['client funding without a wallet', { funding: 'client' }],
    ['a wallet without client funding', { wallet: WALLET }],
    ['a wallet that is no address', { funding: 'client', wallet: 'mine' }],
    ['client funding under a mandate', { funding: 'client', wallet: WALLET, mandateId: 'mdt_1' }],
    ['another funding', { funding: 'credit' }],
  ])('is refused with %s', async (_what, more) => {
    const { status, body } = await create(more);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('is refused to a delegate of a wallet that is not linked, and names the delegate of each user', async () => {
    const { status, body } = await create({ funding: 'delegate', wallet: WALLET });
    expect([status, body.code]).toEqual([403, 'WALLET_NOT_LINKED']);
    expect((await owner.get('/mandates/delegate')).body.delegate).toBe('the delegate of user_a');
  });

  it('is refused under a mandate there is not', async () => {
    const { status, body } = await create({ mandateId: 'mdt_unknown' });
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
  });
});
