import { generateKeyPairSigner } from '@solana/kit';
import { x402Client } from '@x402/core/client';
import { wrapFetchWithPayment } from '@x402/fetch';
import { ExactSvmScheme } from '@x402/svm/exact/client';
import { GuardedClient } from '../../dist/adapters/http/guarded-client.js';
import { openEventStore } from '../../dist/adapters/open-event-store.js';
import { requestTestFunds } from '../../dist/adapters/solana/test-funds.js';
import { X402Payer } from '../../dist/adapters/x402/payer.js';
import { isRefusal } from '../../dist/kernel/errors.js';
import { StepPayments } from '../../dist/payments/pay-for-step.js';
import { CommandHandler } from '../../dist/runtime/command-handler.js';

const FUNDS = 1_000_000_000n;
/** A step is tried again where that may help; each of these is an attempt at the same payment. */
const ATTEMPTS = 5;
const body = { words: 'hello' };

async function funded({ rpcUrl }) {
  const signer = await generateKeyPairSigner();
  await requestTestFunds(rpcUrl, signer.address, FUNDS);
  return signer;
}

/** What a paid step does: terms, plan, record, payment, chain, record. Everything on a durable store. */
export async function openOurs({ databaseUrl, chain, seller }) {
  const signer = await funded(chain);
  const store = await openEventStore('postgres', databaseUrl);
  const handler = new CommandHandler(store, { now: () => Date.now() });
  const http = new GuardedClient({ allowedOrigins: [seller.url] });
  const { rpcUrl, network, mint } = chain;
  const payer = new X402Payer({ http, signer, rpcUrl, network, mint });
  const payments = new StepPayments(handler, payer);
  const patient = new AbortController();
  let paid = 0;
  /** @returns attempts it took */
  const pay = async () => {
    const id = `pay_bench_${++paid}`;
    const step = {
      paymentId: id,
      workflowId: `wf_bench_${paid}`,
      runNo: 1,
      stepId: 'step_1',
      userId: 'user_bench',
      holdId: 'hold_bench',
      serviceId: 'echo',
      planHash: 'b'.repeat(64),
      ceiling: 1_000n,
      approved: { payTo: seller.payTo, asset: mint, network },
      payer: signer.address,
      call: { method: 'POST', url: `${seller.url}/svc/echo`, body, idempotencyKey: id },
    };
    for (let attempt = 1; ; attempt++)
      try {
        await payments.call(step, patient.signal);
        return attempt;
      } catch (error) {
        if (!isRefusal(error) || error.kind === 'terminal' || attempt === ATTEMPTS) throw error;
      }
  };
  const prepare = async () => {
    const call = { method: 'POST', url: `${seller.url}/svc/echo`, body, idempotencyKey: 'duplicate' };
    const asked = await payer.quote(call);
    const payment = await payer.prepare(asked.quote, `pay_duplicate_${++paid}`);
    return () => payer.submit(call, payment);
  };
  const close = async () => {
    await http.close();
    await store.close?.();
  };
  return { pay, prepare, close };
}

/** The library's own client, as its documentation sets it up. */
export async function openStock({ chain, seller }) {
  const signer = await funded(chain);
  const scheme = new ExactSvmScheme(signer, { rpcUrl: chain.rpcUrl });
  const client = new x402Client().register(chain.network, scheme);
  const paying = wrapFetchWithPayment(fetch, client);
  return {
    pay: async () => {
      const answer = await paying(`${seller.url}/svc/echo`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (answer.status !== 200) throw new Error(`the stock client got ${answer.status}`);
      await answer.json();
    },
  };
}
