import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createSolanaRpc,
  generateKeyPairSigner,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
} from '@solana/kit';
import { requestTestFunds } from '../../src/adapters/solana/test-funds.js';
import { tokenAccountOf } from '../../src/adapters/solana/token-account.js';
import { Wallet } from '../../src/adapters/solana/wallet.js';
import { memoBindsPayment, memoBindsResource } from '../../src/adapters/x402/memo.js';
import { X402Payer } from '../../src/adapters/x402/payer.js';
import { FEE_LIMITS } from '../../src/embedded/facilitator/facilitator.js';
import { DEVNET } from '../../src/embedded/solana/well-known.js';
import type { Refusal } from '../../src/kernel/errors.js';
import { parseMicros } from '../../src/kernel/money.js';
import type { PaidCall, PreparedPayment, Quote } from '../../src/ports/payments.js';
import { cuttableRelay } from '../kit/cuttable-relay.js';
import { FUNDS, type MoneyWorld, moneyWorld, PRICE } from '../kit/money.js';
import { encodeHeader, type Offer } from '../kit/paid-service.js';

const NO_HTTP = { request: () => Promise.reject(new Error('nothing is called')) };

let world: MoneyWorld;
let call: PaidCall;

beforeEach(async () => {
  world = await moneyWorld();
  call = { method: 'POST', url: `${world.service.url}/say`, body: { a: 1 }, idempotencyKey: 'step-1' };
});
afterEach(() => world.close());

async function quoted(asked: PaidCall = call): Promise<Quote> {
  const answer = await world.payer.quote(asked);
  if (!('quote' in answer)) throw new Error('not asked to pay');
  return answer.quote;
}

async function prepared(): Promise<{ quote: Quote; payment: PreparedPayment }> {
  const quote = await quoted();
  return { quote, payment: await world.payer.prepare(quote, 'pay_1') };
}

const received = async (): Promise<bigint> => (await world.balanceOf(world.provider.address)) - 1n;
const offer = (): Offer => world.service.offers[0]!;

describe('a payment', () => {
  it('goes from quote to an answer, and is found on the chain', async () => {
    const { quote, payment } = await prepared();
    expect(quote).toMatchObject({ amount: PRICE, payTo: world.provider.address, asset: world.chain.mint });
    const answer = await world.payer.submit(call, payment);
    expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([200, '{"said":"{\\"a\\":1}"}']);
    expect(await received()).toBe(PRICE);
    expect(await world.balanceOf(world.escrow.address)).toBe(FUNDS - PRICE);
    const found = await world.payer.find(payment, quote);
    expect(found?.signature).toBe(answer.claimedSignature);
  });

  it('is nothing on the chain until it is submitted', async () => {
    const { quote, payment } = await prepared();
    expect(world.service.paid).toHaveLength(0);
    expect(await world.payer.find(payment, quote)).toBeUndefined();
    expect(await received()).toBe(0n);
  });

  it('sent again and again with the same bytes is paid once', async () => {
    const { payment } = await prepared();
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.payer.submit(call, payment)));
    answers.push(await world.payer.submit(call, payment));
    expect(answers.map(({ status }) => status)).toEqual(Array(11).fill(200));
    expect(new Set(answers.map(({ claimedSignature }) => claimedSignature)).size).toBe(1);
    expect(await received()).toBe(PRICE);
  });

  it('whose answer is lost is unknown, then found, and paid once when sent again', async () => {
    const { quote, payment } = await prepared();
    const honest = world.service.behave;
    world.service.behave = async (request, response) => {
      await request.settle();
      response.destroy();
    };
    await expect(world.payer.submit(call, payment)).rejects.toMatchObject({ kind: 'unknown' });
    const found = await world.payer.find(payment, quote);
    expect(found).toBeDefined();
    world.service.behave = honest;
    const answer = await world.payer.submit(call, payment);
    expect([answer.status, answer.claimedSignature]).toEqual([200, found?.signature]);
    expect(await received()).toBe(PRICE);
  });

  it('is survived by its record alone: the header is the same bytes for another process', async () => {
    const { quote, payment } = await prepared();
    const recorded: PreparedPayment = {
      ...JSON.parse(JSON.stringify({ ...payment, lastValidBlockHeight: 0 })),
      lastValidBlockHeight: payment.lastValidBlockHeight,
    };
    expect((await world.payer.submit(call, recorded)).status).toBe(200);
    expect(await world.payer.find(recorded, quote)).toBeDefined();
  });

  it('binds its payment and its resource in the memo, and no two attempts share one', async () => {
    const { quote, payment } = await prepared();
    const again = await world.payer.prepare(quote, 'pay_1');
    expect(memoBindsPayment(payment.memo, 'pay_1')).toBe(true);
    expect(memoBindsPayment(payment.memo, 'pay_2')).toBe(false);
    expect(memoBindsResource(payment.memo, call)).toBe(true);
    expect(memoBindsResource(payment.memo, { method: 'POST', url: `${world.service.url}/other` })).toBe(
      false,
    );
    expect(memoBindsResource(payment.memo, { method: 'GET', url: call.url })).toBe(false);
    expect(again.memo).not.toBe(payment.memo);
  });

  it('uses our blockhash, whatever the service suggests', async () => {
    offer().extra['recentBlockhash'] = 'GfVcyD4kkTrj4bKc7WA9sZCin9JDbdT4Zkd3EittNR1W';
    offer().extra['lastValidBlockHeight'] = '1';
    const { payment } = await prepared();
    expect(payment.blockhash).not.toBe('GfVcyD4kkTrj4bKc7WA9sZCin9JDbdT4Zkd3EittNR1W');
    expect((await world.payer.submit(call, payment)).status).toBe(200);
  });
});

describe('a payment whose memo the service prescribes', () => {
  beforeEach(() => {
    offer().extra['memo'] = 'invoice 7';
  });

  it('says it, is settled by the facilitator, and is found', async () => {
    const { quote, payment } = await prepared();
    expect(payment.memo).toBe('invoice 7');
    const answer = await world.payer.submit(call, payment);
    expect(answer.status).toBe(200);
    expect((await world.payer.find(payment, quote))?.signature).toBe(answer.claimedSignature);
    expect(await received()).toBe(PRICE);
  });

  it('is one transaction of its own among many that say the same, and none is taken for another', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => prepared()));
    expect(new Set(all.map(({ payment }) => payment.blockhash)).size).toBe(1);
    const [first, ...others] = all;
    await world.payer.submit(call, first!.payment);
    for (const { quote, payment } of others) expect(await world.payer.find(payment, quote)).toBeUndefined();
    await Promise.all(others.map(({ payment }) => world.payer.submit(call, payment)));
    const found = await Promise.all(all.map(({ quote, payment }) => world.payer.find(payment, quote)));
    expect(new Set(found.map((settled) => settled?.signature)).size).toBe(8);
    expect(await received()).toBe(8n * PRICE);
  });

  it('stays with the facilitator’s limits of fees, whatever is drawn', async () => {
    for (let drawn = 0; drawn < 40; drawn++) {
      const { payment } = await prepared();
      const { units, price } = budgetOf(payment.header);
      expect(units).toBeGreaterThanOrEqual(20_000);
      expect(units).toBeLessThanOrEqual(FEE_LIMITS.maxComputeUnits);
      expect(price).toBeLessThanOrEqual(FEE_LIMITS.maxPriorityFeeMicroLamports);
    }
  });

  it('may be empty', async () => {
    offer().extra['memo'] = '';
    const { quote, payment } = await prepared();
    expect((await world.payer.submit(call, payment)).status).toBe(200);
    expect(await world.payer.find(payment, quote)).toBeDefined();
  });
});

/** What the two instructions of the compute budget say. */
function budgetOf(header: string): { units: number; price: number } {
  const { payload } = JSON.parse(Buffer.from(header, 'base64').toString()) as {
    payload: { transaction: string };
  };
  const { messageBytes } = getTransactionDecoder().decode(getBase64Encoder().encode(payload.transaction));
  const { instructions } = getCompiledTransactionMessageDecoder().decode(messageBytes) as unknown as {
    readonly instructions: readonly { readonly data: Uint8Array }[];
  };
  const [limit, price] = instructions.map(({ data }) => Buffer.from(data));
  return { units: limit!.readUInt32LE(1), price: Number(price!.readBigUInt64LE(1)) };
}

describe('a payment that never lands', () => {
  it('is expired only once its height is past on the finalized chain', async () => {
    world.service.behave = (_, response) => response.writeHead(402).end();
    const { quote, payment } = await prepared();
    expect((await world.payer.submit(call, payment)).status).toBe(402);
    expect(await world.payer.isExpired(payment)).toBe(false);
    world.chain.skipSlots(151); // beyond its height, but not yet final
    expect(await world.payer.isExpired(payment)).toBe(false);
    world.chain.skipSlots(8);
    expect(await world.payer.isExpired(payment)).toBe(true);
    expect(await world.payer.find(payment, quote)).toBeUndefined();
  });

  it('cannot land any more once it is expired', async () => {
    const { payment } = await prepared();
    world.chain.skipSlots(159);
    expect(await world.payer.isExpired(payment)).toBe(true);
    expect((await world.payer.submit(call, payment)).status).toBe(402);
    expect(await received()).toBe(0n);
  });

  it('is still found when it landed and its height is past', async () => {
    const { quote, payment } = await prepared();
    await world.payer.submit(call, payment);
    world.chain.skipSlots(500);
    expect(await world.payer.find(payment, quote)).toBeDefined();
  });
});

describe('what a service claims is not believed', () => {
  it('a forged PAYMENT-RESPONSE is not a payment', async () => {
    world.service.behave = (_, response) => {
      const forged = {
        success: true,
        transaction: '1'.repeat(88),
        network: DEVNET,
        payer: world.escrow.address,
      };
      response.writeHead(200, { 'payment-response': encodeHeader(forged) }).end('{}');
    };
    const { quote, payment } = await prepared();
    expect((await world.payer.submit(call, payment)).claimedSignature).toBe('1'.repeat(88));
    expect(await world.payer.find(payment, quote)).toBeUndefined();
    expect(await received()).toBe(0n);
  });

  it('a payment is not found under another amount, recipient or asset', async () => {
    const { quote, payment } = await prepared();
    await world.payer.submit(call, payment);
    const { address: stranger } = await generateKeyPairSigner();
    expect(await world.payer.find(payment, { ...quote, amount: parseMicros('9999') })).toBeUndefined();
    expect(await world.payer.find(payment, { ...quote, payTo: stranger })).toBeUndefined();
    expect(await world.payer.find(payment, { ...quote, asset: stranger })).toBeUndefined();
  });

  it('a transfer of somebody else that copies our memo is not our payment', async () => {
    const { quote, payment } = await prepared();
    const stranger = await Wallet.open(join(world.folder, 'stranger.json'));
    await requestTestFunds(world.chain.rpcUrl, stranger.address, quote.amount);
    await stranger.deposit({
      rpcUrl: world.chain.rpcUrl,
      mint: world.chain.mint,
      escrowOwner: world.escrow.address,
      amount: quote.amount,
      memo: payment.memo,
    });
    expect(await world.balanceOf(world.escrow.address)).toBe(FUNDS + quote.amount);
    expect(await world.payer.find(payment, { ...quote, payTo: world.escrow.address })).toBeUndefined();
    await world.payer.submit(call, payment);
    expect(await world.payer.find(payment, quote)).toBeDefined();
  });

  it('a redirect of the paid call is not followed, and its outcome is unknown', async () => {
    world.service.behave = (_, response) => response.writeHead(307, { location: '/thief' }).end();
    const { payment } = await prepared();
    await expect(world.payer.submit(call, payment)).rejects.toMatchObject({
      code: 'REDIRECT_REFUSED',
      kind: 'unknown',
    });
    expect(world.service.paid).toHaveLength(1);
  });
});

describe('the search', () => {
  it('begins at the watermark and goes through every page since', async () => {
    await world.payer.submit(call, (await prepared()).payment);
    const { quote, payment } = await prepared();
    expect(payment.watermark).not.toBeNull();
    await world.payer.submit(call, payment);
    for (let later = 0; later < 5; later++) await world.payer.submit(call, (await prepared()).payment);
    const { rpcUrl, network, mint } = world.chain;
    const byTwos = new X402Payer({
      http: NO_HTTP,
      signer: world.escrow,
      rpcUrl,
      network,
      mint,
      searchPage: 2,
    });
    expect(await byTwos.find(payment, quote)).toEqual(await world.payer.find(payment, quote));
    expect(await byTwos.find(payment, quote)).toBeDefined();
  });
});

describe('a service that refuses before it asks for money', () => {
  const refusal = (status: number, headers: Readonly<Record<string, string>>) => {
    const { rpcUrl, network, mint } = world.chain;
    const answer = { status, header: (name: string) => headers[name] ?? null, body: new Uint8Array() };
    const http = { request: async () => answer };
    return new X402Payer({ http, signer: world.escrow, rpcUrl, network, mint }).quote(call);
  };

  it.each([429, 503])('with %i is busy, and says for how long', async (status) => {
    await expect(refusal(status, { 'retry-after': '7' })).rejects.toMatchObject({
      code: 'SERVICE_ERROR',
      kind: 'retryable',
      figures: { status, retryAfterMs: 7_000 },
    });
    await expect(refusal(status, {})).rejects.toMatchObject({ kind: 'retryable', figures: { status } });
  });

  it('with 404 is not asked again, whenever it says', async () => {
    const refused = await refusal(404, { 'retry-after': '7' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ kind: 'terminal', figures: { status: 404 } });
    expect((refused as Refusal).figures).not.toHaveProperty('retryAfterMs');
  });
});

describe('a chain that cannot be reached', () => {
  const payerBy = (rpcUrl: string, patienceMs?: number) => {
    const { network, mint } = world.chain;
    const options = { http: NO_HTTP, signer: world.escrow, rpcUrl, network, mint };
    return new X402Payer({ ...options, ...(patienceMs !== undefined && { patienceMs }) });
  };

  it('for a moment is asked again: a payment is signed, and looked for, when it is back', async () => {
    const quote = await quoted();
    const relay = await cuttableRelay(world.chain.rpcUrl);
    const payer = payerBy(relay.url);
    relay.cut();
    const preparing = payer.prepare(quote, 'pay_1');
    await relay.refused(2);
    relay.mend();
    const payment = await preparing;
    await world.payer.submit(call, payment);
    relay.cut();
    const finding = payer.find(payment, quote);
    await relay.refused(2);
    relay.mend();
    expect(await finding).toMatchObject({ signature: expect.any(String) });
    expect(await payer.isExpired(payment)).toBe(false);
    await relay.close();
  });

  it('for longer is said so', async () => {
    const quote = await quoted();
    const relay = await cuttableRelay(world.chain.rpcUrl);
    relay.cut();
    await expect(payerBy(relay.url, 0).prepare(quote, 'pay_1')).rejects.toMatchObject({
      code: 'CHAIN_UNREACHABLE',
      kind: 'retryable',
    });
    await relay.close();
  });
});

describe('a quote', () => {
  it('sends body and idempotency key, and no payment', async () => {
    await quoted();
    expect(world.service.unpaid[0]).toMatchObject({
      headers: { 'idempotency-key': 'step-1', 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(world.service.unpaid[0]?.headers).not.toHaveProperty('payment-signature');
  });

  it('of no acceptable offer is refused', async () => {
    world.service.offers = [{ ...offer(), payTo: world.escrow.address }];
    await expect(world.payer.quote(call)).rejects.toMatchObject({ code: 'OFFER_REFUSED' });
  });
});

it('the escrow account tells of the payment what the payer tells', async () => {
  const { payment } = await prepared();
  const { claimedSignature } = await world.payer.submit(call, payment);
  const account = await tokenAccountOf(world.escrow.address, world.chain.mint);
  const rpc = createSolanaRpc(world.chain.rpcUrl);
  const [newest] = await rpc.getSignaturesForAddress(account, { limit: 1, commitment: 'confirmed' }).send();
  expect(newest).toMatchObject({ signature: claimedSignature, err: null });
  expect(newest?.memo).toBe(`[${payment.memo.length}] ${payment.memo}`);
});
