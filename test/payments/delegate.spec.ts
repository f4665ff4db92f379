import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Address,
  appendTransactionMessageInstructions,
  createSolanaRpc,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getTransferCheckedInstruction } from '@solana-program/token';
import { GuardedClient } from '../../src/adapters/http/guarded-client.js';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { requestTestFunds } from '../../src/adapters/solana/test-funds.js';
import { tokenAccountOf } from '../../src/adapters/solana/token-account.js';
import { Wallet } from '../../src/adapters/solana/wallet.js';
import { delegateKeys } from '../../src/adapters/x402/delegate.js';
import { X402Payer } from '../../src/adapters/x402/payer.js';
import { toMicros } from '../../src/kernel/money.js';
import { StepPayments } from '../../src/payments/pay-for-step.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import { FUNDS, type MoneyWorld, moneyWorld, PRICE } from '../kit/money.js';

/** pays for two calls, and half of a third */
const LIMIT = (PRICE * 5n) / 2n;
const USER = 'user_01';

let world: MoneyWorld;
let http: GuardedClient;
let wallet: Wallet;
let session: KeyPairSigner;
let payments: StepPayments;
const keys = delegateKeys(new Uint8Array(32).fill(7));

beforeEach(async () => {
  world = await moneyWorld();
  const { rpcUrl, network, mint } = world.chain;
  wallet = await Wallet.open(join(world.folder, 'wallet.json'));
  session = await keys(USER);
  await requestTestFunds(rpcUrl, wallet.address, toMicros(FUNDS));
  http = new GuardedClient({ allowedOrigins: [world.service.url] });
  const payer = new X402Payer({ http, signer: world.escrow, delegate: keys, rpcUrl, network, mint });
  payments = new StepPayments(new CommandHandler(new MemoryEventStore(), { now: Date.now }), payer);
});
afterEach(async () => {
  await http.close();
  await world.close();
});

const approve = (amount: bigint) => {
  const { rpcUrl, mint } = world.chain;
  return wallet.approveDelegate({ rpcUrl, mint, delegate: session.address, amount: toMicros(amount) });
};
const call = (n: number, userId = USER) => {
  const { network, mint: asset } = world.chain;
  return payments.call(
    {
      paymentId: `pay_${n}`,
      workflowId: 'wf_01',
      runNo: 1,
      stepId: `step_${n}`,
      userId,
      signedBy: wallet.address,
      delegated: true,
      serviceId: 'svc_1',
      planHash: 'b'.repeat(64),
      ceiling: toMicros(PRICE),
      approved: { payTo: world.provider.address, asset, network },
      payer: wallet.address,
      call: { method: 'POST', url: `${world.service.url}/say`, body: {}, idempotencyKey: `pay_${n}` },
    },
    AbortSignal.abort(),
  );
};
const left = () => world.balanceOf(wallet.address);

/** What somebody who has stolen the session key could send past us. */
async function take(amount: bigint): Promise<unknown> {
  const { rpcUrl, mint } = world.chain;
  const rpc = createSolanaRpc(rpcUrl);
  const [source, destination] = await Promise.all([
    tokenAccountOf(wallet.address, mint),
    tokenAccountOf(world.provider.address, mint),
  ]);
  const transfer = { source, mint: mint as Address, destination, authority: session, amount, decimals: 6 };
  const { value: latest } = await rpc.getLatestBlockhash().send();
  const signed = await pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageFeePayerSigner(session, message),
    (message) => setTransactionMessageLifetimeUsingBlockhash(latest, message),
    (message) => appendTransactionMessageInstructions([getTransferCheckedInstruction(transfer)], message),
    (message) => signTransactionMessageWithSigners(message),
  );
  return rpc.sendTransaction(getBase64EncodedWireTransaction(signed), { encoding: 'base64' }).send();
}

describe('a session key that a wallet has made its delegate', () => {
  it('pays x402 services out of the wallet, and the chain stops it at the limit', async () => {
    await approve(LIMIT);
    for (const n of [1, 2]) expect((await call(n)).payment?.payer).toBe(wallet.address);
    expect([await left(), await world.balanceOf(world.escrow.address)]).toEqual([FUNDS - 2n * PRICE, FUNDS]);
    await expect(call(3)).rejects.toThrow();
    expect(await left()).toBe(FUNDS - 2n * PRICE);
  });

  it('can take no unit more by any transaction of its own', async () => {
    await approve(LIMIT);
    await requestTestFunds(world.chain.rpcUrl, session.address, toMicros(1n));
    await expect(take(LIMIT + 1n)).rejects.toThrow();
    await take(LIMIT - 1n);
    await expect(take(2n)).rejects.toThrow();
    await take(1n);
    await expect(take(1n)).rejects.toThrow();
    expect(await left()).toBe(FUNDS - LIMIT);
  });

  it('takes nothing before the wallet has approved it, nor for another user, nor after it was taken back', async () => {
    await expect(call(1)).rejects.toThrow();
    await approve(LIMIT);
    await expect(call(2, 'user_02')).rejects.toThrow();
    await approve(0n);
    await expect(call(3)).rejects.toThrow();
    expect(await left()).toBe(FUNDS);
  });
});
