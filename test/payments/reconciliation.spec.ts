import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  appendTransactionMessageInstructions,
  createSolanaRpc,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getTransferCheckedInstruction } from '@solana-program/token';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryReconciliationStore } from '../../src/adapters/memory/reconciliation-store.js';
import { SolanaCustody } from '../../src/adapters/solana/custody.js';
import { tokenAccountOf } from '../../src/adapters/solana/token-account.js';
import type { EscrowCommand } from '../../src/commands/escrow/commands.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import type { PaymentCommand } from '../../src/commands/payment/commands.js';
import { payment } from '../../src/commands/payment/decide.js';
import type { Position } from '../../src/kernel/event.js';
import { toMicros } from '../../src/kernel/money.js';
import { Reconciliation } from '../../src/ledger/reconciliation.js';
import type { PreparedPayment } from '../../src/ports/payments.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import { FUNDS, type MoneyWorld, moneyWorld, PRICE } from '../kit/money.js';
import { type FreshDatabase, freshDatabase } from '../kit/postgres.js';
import { ReadModels } from '../kit/read-models.js';

const AT = '2026-01-02T03:04:05.678Z';
const EXPIRES = '2027-01-01T00:00:00.000Z';
/** slots after which what landed is final */
const FINAL = 40;
const MINUTE = 60_000;

let world: MoneyWorld;
let database: FreshDatabase;
let models: ReadModels;
let store: MemoryEventStore;
let handler: CommandHandler;
let reconciliation: Reconciliation;
let now = Date.parse(AT);
let booked: Position | undefined;
let sent = 0;

const context = () => ({
  commandId: `reconciling/${++sent}`,
  correlationId: 'wf_01',
  actor: { type: 'system', id: 'test' } as const,
});
const tell = (command: EscrowCommand) => handler.send(escrow, 'user_01', command, context());
const say = (paymentId: string, command: PaymentCommand) =>
  handler.send(payment, paymentId, command, context());

/** What happened is in the read models and, on the chain, final. */
async function settle(): Promise<void> {
  const events = [];
  for await (const recorded of store.readAll(booked === undefined ? {} : { after: booked }))
    events.push(recorded);
  await models.project(events);
  booked = events.at(-1)?.position ?? booked;
  world.chain.skipSlots(FINAL);
}

const reconciled = async () => {
  await settle();
  return reconciliation.run();
};

const terms = () => ({
  payTo: world.provider.address,
  asset: world.chain.mint,
  network: world.chain.network,
});

/** Signed and on record, as a payment that is about to be sent. */
async function prepare(
  paymentId: string,
): Promise<PreparedPayment & { readonly send: () => Promise<unknown> }> {
  const call = {
    method: 'POST',
    url: `${world.service.url}/say`,
    body: {},
    idempotencyKey: paymentId,
  } as const;
  const asked = await world.payer.quote(call, terms());
  if (!('quote' in asked)) throw new Error('the service is free');
  const prepared = await world.payer.prepare(asked.quote, paymentId);
  const amount = toMicros(PRICE);
  const of = { workflowId: 'wf_01', runNo: 1, stepId: 'step_1', userId: 'user_01', holdId: 'hold_1' };
  const quote = { dialect: 'x402-v2', scheme: 'exact', serviceId: 'svc_1', ...terms(), amount } as const;
  await say(paymentId, { type: 'RecordQuote', paymentId, ...of, ...quote });
  await say(paymentId, {
    type: 'AuthorizePayment',
    planHash: 'b'.repeat(64),
    ceiling: amount,
    approved: terms(),
  });
  await say(paymentId, { type: 'PreparePayment', attempt: 1, payTo: terms().payTo, amount, ...prepared });
  await say(paymentId, { type: 'SubmitPayment', attempt: 1 });
  return { ...prepared, send: () => world.payer.submit(call, prepared) };
}

/** Out of the custodial account by its own key, and by nothing of ours. */
async function takeBehindTheBooks(amount: bigint): Promise<string> {
  const { escrow: signer, provider, chain } = world;
  const rpc = createSolanaRpc(chain.rpcUrl);
  const mint = chain.mint as Parameters<typeof getTransferCheckedInstruction>[0]['mint'];
  const [source, destination] = await Promise.all(
    [signer, provider].map(({ address }) => tokenAccountOf(address, chain.mint)),
  );
  await rpc.requestAirdrop(signer.address, 1_000_000_000n as never).send();
  const { value: latest } = await rpc.getLatestBlockhash({ commitment: 'confirmed' }).send();
  const transfer = getTransferCheckedInstruction({
    source: source!,
    mint,
    destination: destination!,
    authority: signer,
    amount,
    decimals: 6,
  });
  const signed = await pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageFeePayerSigner(signer, message),
    (message) => setTransactionMessageLifetimeUsingBlockhash(latest, message),
    (message) => appendTransactionMessageInstructions([transfer], message),
    (message) => signTransactionMessageWithSigners(message),
  );
  return rpc.sendTransaction(getBase64EncodedWireTransaction(signed), { encoding: 'base64' }).send();
}

beforeAll(async () => {
  world = await moneyWorld();
  database = await freshDatabase();
  models = await ReadModels.create(database.pool, 'reconciled');
  store = new MemoryEventStore();
  handler = new CommandHandler(store, { now: () => now });
  const { rpcUrl, mint } = world.chain;
  const custody = new SolanaCustody({ rpcUrl, mint, escrowOwner: world.escrow.address }, 2);
  reconciliation = new Reconciliation({
    dispatch: handler,
    sql: models.sql,
    store,
    readModels: { positions: async () => new Map(booked === undefined ? [] : [['ledger', booked]]) },
    custody,
    reconciliations: new MemoryReconciliationStore(),
    clock: { now: () => now },
  });
  world.chain.skipSlots(FINAL);
  const { movements } = await custody.statement(null, 10);
  const [signature, amount] = [movements[0]!.signature, toMicros(FUNDS)];
  const { network, mint: asset } = world.chain;
  await tell({ type: 'OpenEscrowAccount', userId: 'user_01', wallet: 'W', network, asset, at: AT });
  await tell({ type: 'SubmitDeposit', signature, amount, at: AT, expiresAt: EXPIRES });
  await tell({ type: 'ConfirmDeposit', signature, amount, slot: movements[0]!.slot });
  const hold = {
    type: 'PlaceHold',
    holdId: 'hold_1',
    amount: toMicros(5n * PRICE),
    purpose: 'wf_01',
  } as const;
  await tell({ ...hold, at: AT, expiresAt: EXPIRES });
});
afterAll(async () => {
  await database.drop();
  await world.close();
});

describe('ledger and chain, compared transaction by transaction', () => {
  it('agree when a deposit is booked', async () =>
    expect(await reconciled()).toMatchObject({
      isClean: true,
      onChainMicro: `${FUNDS}`,
      differenceMicro: '0',
      items: [],
      audited: 1,
    }));

  it('agree while a payment is signed and not sent, which stands in transit', async () => {
    await prepare('pay_kept');
    expect(await reconciled()).toMatchObject({
      isClean: true,
      onChainMicro: `${FUNDS}`,
      differenceMicro: '0',
      accountsMicro: { transit: `${-PRICE}`, services: `${PRICE}` },
    });
  });

  it('agree while a payment has landed and is not booked, and say that it is under way', async () => {
    const paid = await prepare('pay_1');
    await paid.send();
    const report = await reconciled();
    expect(report).toMatchObject({
      isClean: true,
      onChainMicro: `${FUNDS - PRICE}`,
      bookedMicro: `${FUNDS}`,
      underWayMicro: `${-PRICE}`,
      differenceMicro: '0',
      items: [{ kind: 'transfer_landed', explained: true, reference: 'pay_1', amountMicro: `${-PRICE}` }],
    });
    const { signature, slot } = (await world.payer.find(paid, { ...terms(), amount: toMicros(PRICE) }))!;
    await say('pay_1', { type: 'ConfirmPayment', attempt: 1, signature, slot });
    await tell({ type: 'CaptureHold', holdId: 'hold_1', paymentId: 'pay_1', amount: toMicros(PRICE) });
    expect(await reconciled()).toMatchObject({ isClean: true, underWayMicro: '0', items: [] });
  });

  it('differ by what a payment took that is not booked within a quarter of an hour', async () => {
    await (await prepare('pay_2')).send();
    expect(await reconciled()).toMatchObject({ isClean: true });
    now += 20 * MINUTE;
    expect(await reconciled()).toMatchObject({
      isClean: false,
      differenceMicro: `${-PRICE}`,
      items: [{ kind: 'transfer_landed', explained: false, reference: 'pay_2' }],
    });
  });

  it('differ by what was taken out behind the books, to the unit, and name the transaction', async () => {
    const signature = await takeBehindTheBooks(123_457n);
    const report = await reconciled();
    expect(report).toMatchObject({
      isClean: false,
      onChainMicro: `${FUNDS - 2n * PRICE - 123_457n}`,
      differenceMicro: `${-PRICE - 123_457n}`,
    });
    expect(report.items).toContainEqual(
      expect.objectContaining({ kind: 'unknown_out', explained: false, amountMicro: '-123457', signature }),
    );
  });
});
