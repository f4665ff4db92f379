import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSigner, type KeyPairSigner } from '@solana/kit';
import { x402Client } from '@x402/core/client';
import { decodePaymentResponseHeader, wrapFetchWithPayment } from '@x402/fetch';
import { ExactSvmScheme } from '@x402/svm/exact/client';
import { GuardedClient } from '../../../src/adapters/http/guarded-client.js';
import { X402Payer } from '../../../src/adapters/x402/payer.js';
import type { PaidCall } from '../../../src/ports/payments.js';
import { FUNDS, type MoneyWorld, moneyWorld, PRICE } from '../../kit/money.js';
import { type Sale, type StockServer, startStockServer } from './stock-server.js';

/** The x402 project's own server, with our facilitator and chain behind it, and both clients before it. */
let world: MoneyWorld;
let stranger: KeyPairSigner;
let server: StockServer;
let http: GuardedClient;
let payer: X402Payer;
beforeAll(async () => {
  world = await moneyWorld();
  stranger = await generateKeyPairSigner();
  await world.chain.faucet(stranger.address, 100n * PRICE);
});
afterAll(() => world.close());
afterEach(async () => {
  await http.close();
  await server.close();
});

const open = async (sale: Partial<Sale> = {}): Promise<PaidCall> => {
  server = await startStockServer(world.chain, { payTo: world.provider.address, price: PRICE, ...sale });
  http = new GuardedClient({ allowedOrigins: [new URL(server.url).origin] });
  const { rpcUrl, network, mint } = world.chain;
  payer = new X402Payer({ http, signer: world.escrow, rpcUrl, network, mint });
  return { method: 'POST', url: server.url, body: { a: 1 }, idempotencyKey: 'step-1' };
};
const received = async (): Promise<bigint> => (await world.balanceOf(world.provider.address)) - 1n;
const bazaar = {
  info: { input: { type: 'http', method: 'POST', bodyType: 'json', body: { a: 1 } } },
  schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { input: { type: 'object', required: ['type', 'method', 'bodyType', 'body'] } },
    required: ['input'],
  },
};

const flows: readonly (readonly [string, Partial<Sale>])[] = [
  ['that works first and settles then', {}],
  ['that settles first', { extra: { paymentFlow: 'upfront' } }],
  ['that prescribes the memo', { extra: { memo: 'invoice 2026-07' } }],
  ['that wants to be listed', { route: { extensions: { bazaar }, serviceName: 'Work', tags: ['work'] } }],
];

describe.each(flows)('a stock server %s', (_, sale) => {
  it('is paid by our client, once, and its receipt is on the chain', async () => {
    const call = await open(sale);
    const before = await received();
    const asked = await payer.quote(call);
    if (!('quote' in asked)) throw new Error('not asked to pay');
    const payment = await payer.prepare(asked.quote, 'pay_1');
    const answer = await payer.submit(call, payment);
    expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([200, '{"said":"{\\"a\\":1}"}']);
    const found = await payer.find(payment, asked.quote);
    expect(found?.signature).toBe(answer.claimedSignature);
    expect((await received()) - before).toBe(PRICE);
    // sent again, the same bytes are the same payment
    await payer.submit(call, payment);
    expect((await received()) - before).toBe(PRICE);
  });

  it('is paid by the stock client, over our facilitator', async () => {
    const { url } = await open(sale);
    const { network, rpcUrl } = world.chain;
    const client = new x402Client().register(network, new ExactSvmScheme(stranger, { rpcUrl }));
    const before = await received();
    const answer = await wrapFetchWithPayment(fetch, client)(url, { method: 'POST', body: '{"a":1}' });
    expect([answer.status, await answer.text()]).toEqual([200, '{"said":"{\\"a\\":1}"}']);
    const receipt = decodePaymentResponseHeader(answer.headers.get('payment-response')!);
    expect(receipt).toMatchObject({ success: true, network, payer: stranger.address });
    expect((await received()) - before).toBe(PRICE);
  });
});

describe('a stock server', () => {
  it('lists itself at our facilitator by being paid', async () => {
    const call = await open({
      route: { extensions: { bazaar }, serviceName: 'Work', tags: ['work', 'Work'] },
    });
    const asked = await payer.quote(call);
    if (!('quote' in asked)) throw new Error('not asked to pay');
    await payer.submit(call, await payer.prepare(asked.quote, 'pay_2'));
    const listed = await fetch(
      `${world.chain.facilitatorUrl}/discovery/search?query=work&network=${world.chain.network}`,
    );
    const { resources } = (await listed.json()) as { resources: { resource: string }[] };
    expect(resources.find(({ resource }) => resource === call.url)).toMatchObject({
      type: 'http',
      x402Version: 2,
      serviceName: 'Work',
      tags: ['work'],
      accepts: [{ scheme: 'exact', payTo: world.provider.address, amount: `${PRICE}` }],
      extensions: { bazaar },
    });
  });

  it('whose work fails has settled nothing, and takes the same payment when asked again', async () => {
    const call = await open({ status: 500 });
    const before = await received();
    const asked = await payer.quote(call);
    if (!('quote' in asked)) throw new Error('not asked to pay');
    const payment = await payer.prepare(asked.quote, 'pay_3');
    expect((await payer.submit(call, payment)).status).toBe(500);
    expect(await payer.find(payment, asked.quote)).toBeUndefined();
    expect((await received()) - before).toBe(0n);
    expect(await world.balanceOf(world.escrow.address)).toBeLessThanOrEqual(FUNDS);
  });

  it('tells our client why it does not take a payment that can no longer land', async () => {
    const call = await open();
    const asked = await payer.quote(call);
    if (!('quote' in asked)) throw new Error('not asked to pay');
    const payment = await payer.prepare(asked.quote, 'pay_4');
    world.chain.skipSlots(159);
    expect((await payer.submit(call, payment)).status).toBe(402);
    expect(await payer.isExpired(payment)).toBe(true);
  });
});
