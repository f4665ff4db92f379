import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { generateKeyPairSigner, type KeyPairSigner } from '@solana/kit';
import { x402Client } from '@x402/core/client';
import { decodePaymentResponseHeader, wrapFetchWithPayment } from '@x402/fetch';
import { ExactSvmScheme } from '@x402/svm/exact/client';
import { ExactSvmSchemeV1 } from '@x402/svm/exact/v1/client';
import { type Market, openMarket } from '../../src/embedded/services/server/paid-server.kit.js';

/** The x402 project's own client against our service, facilitator and chain. */
const body = JSON.stringify({ content: 'month,price\n2024-01,10\n', format: 'csv', name: 'prices' });
const PRICE = 4_000n;

let market: Market;
let signer: KeyPairSigner;
beforeAll(async () => {
  market = await openMarket();
  signer = await generateKeyPairSigner();
  await market.chain.faucet(signer.address, 10n * PRICE);
});
afterAll(() => market.close());

const ask = (paying: typeof fetch): Promise<Response> =>
  paying(market.call('parse-table', {}).url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });

it('pays in version 2, and reads the receipt', async () => {
  const { network, rpcUrl } = market.chain;
  const client = new x402Client().register(network, new ExactSvmScheme(signer, { rpcUrl }));
  const before = await market.earned();
  const answer = await ask(wrapFetchWithPayment(fetch, client));
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ name: 'prices' });
  const receipt = decodePaymentResponseHeader(answer.headers.get('payment-response')!);
  expect(receipt).toMatchObject({ success: true, network, payer: signer.address });
  expect((await market.earned()) - before).toBe(PRICE);
});

it('pays in version 1, where it is shown no other', async () => {
  const { rpcUrl } = market.chain;
  const scheme = new ExactSvmSchemeV1(signer, { rpcUrl });
  const client = new x402Client().registerV1('solana-devnet', scheme);
  const withoutV2: typeof fetch = async (...request) => {
    const answer = await fetch(...request);
    const headers = new Headers(answer.headers);
    headers.delete('payment-required');
    return new Response(answer.body, { status: answer.status, headers });
  };
  const before = await market.earned();
  const answer = await ask(wrapFetchWithPayment(withoutV2, client));
  expect(answer.status).toBe(200);
  const receipt = decodePaymentResponseHeader(answer.headers.get('x-payment-response')!);
  expect(receipt).toMatchObject({ success: true, network: 'solana-devnet', payer: signer.address });
  expect((await market.earned()) - before).toBe(PRICE);
});

it('is refused by our facilitator what it cannot pay', async () => {
  const poor = await generateKeyPairSigner();
  await market.chain.faucet(poor.address, PRICE - 1n);
  const { network, rpcUrl } = market.chain;
  const client = new x402Client().register(network, new ExactSvmScheme(poor, { rpcUrl }));
  const answer = await ask(wrapFetchWithPayment(fetch, client));
  expect(answer.status).toBe(402);
  expect(await answer.json()).toMatchObject({ error: 'invalid_exact_svm_transaction_simulation_failed' });
});
