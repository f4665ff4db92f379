import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryTimerStore } from '../../src/adapters/memory/timer-store.js';
import { SolanaChain } from '../../src/adapters/solana/chain.js';
import { requestTestFunds } from '../../src/adapters/solana/test-funds.js';
import { Wallet } from '../../src/adapters/solana/wallet.js';
import type { EscrowCommand } from '../../src/commands/escrow/commands.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf, type OpenEscrow } from '../../src/commands/escrow/state.js';
import type { PaymentCommand } from '../../src/commands/payment/commands.js';
import { payment } from '../../src/commands/payment/decide.js';
import type { Confirmed } from '../../src/commands/payment/state.js';
import { uuidv5 } from '../../src/kernel/event.js';
import { type Micros, toMicros } from '../../src/kernel/money.js';
import { StepPayments } from '../../src/payments/pay-for-step.js';
import { RefundWatch } from '../../src/payments/refund-watch.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import { claimRefund, type RefundLook } from '../../src/sagas/claim-refund.js';
import { settleEscrow } from '../../src/sagas/settle-escrow.js';
import { FUNDS, type MoneyWorld, moneyWorld, PRICE } from '../kit/money.js';

const AT = '2026-01-02T03:04:05.678Z';
const DAY = 86_400_000;
/** slots after which what landed is final */
const FINAL = 40;

let world: MoneyWorld;
let store: MemoryEventStore;
let handler: CommandHandler;
let timers: MemoryTimerStore;
let now: number;
let provider: Wallet;

beforeEach(async () => {
  world = await moneyWorld();
  now = Date.parse(AT);
  store = new MemoryEventStore();
  handler = new CommandHandler(store, { now: () => now });
  timers = new MemoryTimerStore();
  provider = await Wallet.open(join(world.folder, 'provider.json'));
  await requestTestFunds(world.chain.rpcUrl, provider.address, toMicros(1n));
  await openBooks();
  await paidInVain();
});
afterEach(() => world.close());

const context = (what: string) => ({
  commandId: uuidv5(`${what}/${now}`),
  correlationId: 'wf_01',
  actor: { type: 'system', id: 'test' } as const,
});
const book = (command: EscrowCommand) => handler.send(escrow, 'user_01', command, context(command.type));
const say = (command: PaymentCommand) => handler.send(payment, 'pay_1', command, context(command.type));
const paid = async () => (await handler.load(payment, 'pay_1')).state as Confirmed;
const available = async () => availableOf((await handler.load(escrow, 'user_01')).state as OpenEscrow);

async function openBooks(): Promise<void> {
  const { network, mint: asset } = world.chain;
  const [signature, amount] = ['5'.repeat(88), toMicros(FUNDS)];
  const expiresAt = '2027-01-01T00:00:00.000Z';
  const wallet = provider.address;
  await book({ type: 'OpenEscrowAccount', userId: 'user_01', wallet, network, asset, at: AT });
  await book({ type: 'SubmitDeposit', signature, amount, at: AT, expiresAt });
  await book({ type: 'ConfirmDeposit', signature, amount, slot: 1n });
  await book({
    type: 'PlaceHold',
    holdId: 'hold_1',
    amount: toMicros(PRICE),
    purpose: 'wf_01',
    at: AT,
    expiresAt,
  });
}

/** The service settles and answers 500. */
async function paidInVain(): Promise<void> {
  world.service.behave = async (request, response) => {
    await request.settle();
    response.writeHead(500).end();
  };
  const { network, mint: asset } = world.chain;
  const step = {
    paymentId: 'pay_1',
    workflowId: 'wf_01',
    runNo: 1,
    stepId: 'step_1',
    userId: 'user_01',
    holdId: 'hold_1',
    serviceId: 'svc_1',
    planHash: 'b'.repeat(64),
    ceiling: toMicros(PRICE),
    approved: { payTo: world.provider.address, asset, network },
    payer: world.escrow.address,
    call: { method: 'POST' as const, url: `${world.service.url}/say`, body: {}, idempotencyKey: 'pay_1' },
  };
  const paying = new StepPayments(handler, world.payer).call(step, AbortSignal.abort());
  await expect(paying).rejects.toMatchObject({ code: 'PAYMENT_UNDELIVERED' });
  await react();
}

/** Carries out what the sagas say to commands of events that happened; jobs and timers are the test's. */
async function react(): Promise<readonly RefundLook[]> {
  const looks: RefundLook[] = [];
  for await (const recorded of store.read('payment-pay_1'))
    for (const saga of [settleEscrow, claimRefund])
      if (saga.handles.includes(recorded.event.type))
        for (const reaction of saga.react(recorded, undefined)) {
          if (reaction.do === 'command') await book(reaction.send.command as EscrowCommand);
          if (reaction.do === 'job') looks.push(reaction.job.payload as unknown as RefundLook);
        }
  return looks;
}

async function look(task?: RefundLook): Promise<void> {
  const { rpcUrl, network, mint } = world.chain;
  const chain = new SolanaChain({ rpcUrl, network, mint, escrowOwner: world.escrow.address });
  const watch = new RefundWatch(handler, chain, timers, { now: () => now });
  await watch.run(task ?? (await react()).at(-1)!);
}

async function transfer(memo: string, amount: Micros = toMicros(PRICE)): Promise<void> {
  const { rpcUrl, mint } = world.chain;
  await requestTestFunds(rpcUrl, provider.address, amount);
  await provider.deposit({ rpcUrl, mint, escrowOwner: world.escrow.address, amount, memo });
  world.chain.skipSlots(FINAL);
}

const asked = async (): Promise<string> => {
  await say({ type: 'RequestRefund', at: AT });
  const { refund } = await paid();
  if (refund.status !== 'requested') throw new Error(`the refund is ${refund.status}`);
  return refund.memo;
};

describe('a payment that was not answered', () => {
  it('is asked back by a timer, which a late answer makes harmless', async () => {
    const claims = [];
    for await (const recorded of store.read('payment-pay_1'))
      if (claimRefund.handles.includes(recorded.event.type))
        claims.push(...claimRefund.react(recorded, undefined));
    expect(claims).toMatchObject([{ do: 'timer', id: 'pay_1/claim', action: { do: 'command' } }]);
    await say({ type: 'RecordDelivery', answerHash: 'c'.repeat(64) });
    await expect(say({ type: 'RequestRefund', at: AT })).rejects.toMatchObject({ code: 'PAYMENT_DELIVERED' });
  });

  it('is credited to its user when it comes back, once, and the books equal the chain', async () => {
    const memo = await asked();
    expect(await available()).toBe(FUNDS - PRICE);
    await transfer(memo);
    await look();
    await react();
    await look();
    expect((await paid()).refund.status).toBe('refunded');
    await react();
    expect(await available()).toBe(FUNDS);
    expect(await world.balanceOf(world.escrow.address)).toBe(FUNDS);
  });

  it('is credited with what came, where less came', async () => {
    await transfer(await asked(), toMicros(PRICE / 2n));
    await look();
    await react();
    expect(await available()).toBe(FUNDS - PRICE / 2n);
  });

  it('is not credited for a transfer that is not final, nor for one with another memo', async () => {
    const memo = await asked();
    await transfer(`${memo}x`);
    await transfer('refund:of something else');
    await look();
    expect((await paid()).refund.status).toBe('requested');
    expect(await timers.due(Number.POSITIVE_INFINITY, 10)).toHaveLength(1);
  });

  it('is given up after two weeks, and counts all the same when it is asked back again and comes', async () => {
    const memo = await asked();
    now += 15 * DAY;
    await look();
    expect((await paid()).refund.status).toBe('rejected');
    await transfer(memo);
    await say({ type: 'RequestRefund', at: new Date(now).toISOString() });
    await look();
    await react();
    expect(await available()).toBe(FUNDS);
  });
});

it('a payment of another account is credited to nobody', async () => {
  const credit = {
    type: 'CreditRefund',
    paymentId: 'pay_2',
    signature: '4'.repeat(88),
    amount: toMicros(1n),
  } as const;
  await expect(book(credit)).rejects.toMatchObject({ code: 'CAPTURE_UNKNOWN' });
});
