import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { generateKeyPairSigner } from '@solana/kit';
import { z } from 'zod';
import { GuardedClient } from '../../src/adapters/http/guarded-client.js';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { X402Payer } from '../../src/adapters/x402/payer.js';
import { declare } from '../../src/embedded/services/declaration.js';
import { type Market, openMarket } from '../../src/embedded/services/server/paid-server.kit.js';
import type { Service } from '../../src/embedded/services/workshop.js';
import { toMicros } from '../../src/kernel/money.js';
import { StepPayments } from '../../src/payments/pay-for-step.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import { PATIENCE_MS } from '../kit/patience.js';

/** Small sizes of what `npm run bench -- payments --duplicates 200` does with 1,000, and with 200 of 50 copies. */
const PAYMENTS = 60;
const DUPLICATED = 8;
const COPIES = 20;
const PRICE = 1_000n;

const declaration = declare({
  id: 'echo',
  name: 'Echo',
  description: 'Says what it hears.',
  capability: 'echo',
  price: PRICE,
  inputs: [],
  input: z.object({ words: z.string() }),
  output: 'text',
  answer: z.object({ words: z.string() }),
  reputation: 9_000,
  uptime: 1,
  latencyMs: 1,
  tags: [],
});
const echo: Service = {
  declaration: declaration as Service['declaration'],
  read: (body) => declaration.input.parse(body),
  work: async (input) => input,
};

let market: Market;
beforeAll(async () => {
  market = await openMarket({ services: [echo] });
});
afterAll(() => market.close());

it('many copies of one payment at once are one settlement and one piece of work, and all get its answer', async () => {
  const before = { earned: await market.earned(), works: market.works.get('echo') ?? 0 };
  for (let nth = 0; nth < DUPLICATED; nth++) {
    const call = market.call('echo', { words: `number ${nth}` });
    const { payment } = await market.prepare(call);
    const copies = Array.from({ length: COPIES }, () => market.send(call, payment.header));
    const answers = new Set(
      (await Promise.all(copies)).map(({ status, text, receipt }) => `${status} ${text} ${receipt}`),
    );
    expect(answers.size).toBe(1);
    expect([...answers][0]).toMatch(/^200 /);
  }
  expect((await market.earned()) - before.earned).toBe(BigInt(DUPLICATED) * PRICE);
  expect((market.works.get('echo') ?? 0) - before.works).toBe(DUPLICATED);
});

it('many payments at once out of one account all land, each once, at the first attempt', async () => {
  const { chain } = market;
  const { rpcUrl, network, mint } = chain;
  const { url, payTo } = market.services();
  const signer = await generateKeyPairSigner();
  await chain.faucet(signer.address, BigInt(PAYMENTS) * PRICE);
  const http = new GuardedClient({ allowedOrigins: [url] });
  // all at once, in one process with what they pay: on a slow machine the last one waits long
  const payer = new X402Payer({ http, signer, rpcUrl, network, mint, timeoutMs: PATIENCE_MS });
  const payments = new StepPayments(new CommandHandler(new MemoryEventStore(), { now: Date.now }), payer);
  const before = await market.earned();
  const pay = (nth: number) =>
    payments.call(
      {
        paymentId: `pay_${nth}`,
        workflowId: `wf_${nth}`,
        runNo: 1,
        stepId: 'step_1',
        userId: 'user_01',
        holdId: 'hold_1',
        serviceId: 'echo',
        planHash: 'b'.repeat(64),
        ceiling: toMicros(PRICE),
        approved: { payTo, asset: mint, network },
        payer: signer.address,
        call: {
          method: 'POST',
          url: `${url}/svc/echo`,
          body: { words: `${nth}` },
          idempotencyKey: `pay_${nth}`,
        },
      },
      new AbortController().signal,
    );
  const paid = await Promise.all(Array.from({ length: PAYMENTS }, (_, nth) => pay(nth)));
  await http.close();
  expect(new Set(paid.map(({ payment }) => payment?.signature)).size).toBe(PAYMENTS);
  expect((await market.earned()) - before).toBe(BigInt(PAYMENTS) * PRICE);
});
