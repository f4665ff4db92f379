import { describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryTimerStore } from '../adapters/memory/timer-store.js';
import { escrow } from '../commands/escrow/decide.js';
import { availableOf } from '../commands/escrow/state.js';
import { toMicros } from '../kernel/money.js';
import type { Chain, DepositLookup, DepositTransfer } from '../ports/chain.js';
import { depositMemo } from '../requests/open-escrow.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { type DepositLook, depositTimer } from '../sagas/confirm-deposit.js';
import { DepositJob } from './deposit-job.js';

const T0 = Date.parse('2026-01-02T03:00:00.000Z');
const submittedAt = new Date(T0).toISOString();
const signature = 'S'.repeat(88);

const transfer = (more: Partial<DepositTransfer> = {}): DepositTransfer => ({
  signature,
  slot: 7n,
  amount: toMicros(5_000n),
  mint: 'USDC',
  signers: ['WALLET'],
  memos: [depositMemo('user_01')],
  ...more,
});

/** An account with one submitted deposit, and a chain that says what it is told to. */
async function house() {
  const clock = { ms: T0, now: () => clock.ms };
  const store = new MemoryEventStore();
  const timers = new MemoryTimerStore();
  const dispatch = new CommandHandler(store, clock);
  const chain = { says: { status: 'unknown' } as DepositLookup };
  const port: Chain = {
    network: 'n',
    mint: 'USDC',
    escrowAddress: async () => ({ owner: 'o', tokenAccount: 't' }),
    lookupDeposit: async () => chain.says,
    escrowBalance: async () => toMicros(0n),
    ready: async () => true,
  };
  let sent = 0;
  const submit = async (userId = 'user_01', wallet = 'WALLET') => {
    const at = new Date(clock.ms).toISOString();
    const expiresAt = new Date(clock.ms + 60_000).toISOString();
    for (const command of [
      { type: 'OpenEscrowAccount', userId, wallet, network: 'n', asset: 'USDC', at: submittedAt } as const,
      { type: 'SubmitDeposit', signature, amount: toMicros(5_000n), at, expiresAt } as const,
    ])
      await dispatch.send(escrow, userId, command, {
        commandId: `given ${++sent}`,
        correlationId: userId,
        actor: { type: 'system', id: 'test' },
      });
  };
  await submit();
  const look = (more: Partial<DepositLook> = {}) =>
    new DepositJob(new CommandHandler(store, clock), port, timers, clock).run({
      userId: 'user_01',
      signature,
      submittedAt,
      look: 1,
      ...more,
    });
  const account = async (userId = 'user_01') => {
    const { state } = await dispatch.load(escrow, userId);
    if (state.status !== 'open') throw new Error('not open');
    return { available: availableOf(state), status: state.deposits.get(signature)?.status };
  };
  const rejection = async () => {
    for await (const { event } of store.read('escrow-user_01', { backwards: true }))
      if (event.type === 'DepositRejected') return (event as unknown as { code: string }).code;
    return undefined;
  };
  return { clock, store, timers, chain, submit, look, account, rejection };
}

describe('a deposit', () => {
  it('that is final on the chain and keeps the rules counts, once', async () => {
    const { chain, look, account } = await house();
    chain.says = { status: 'finalized', transfer: transfer() };
    await look();
    await look();
    expect(await account()).toEqual({ available: 5_000n, status: 'confirmed' });
  });

  it.each<[string, DepositTransfer | undefined, string]>([
    ['moved nothing to us', undefined, 'DEPOSIT_WRONG_MINT'],
    ['is of another token', transfer({ mint: 'OTHER' }), 'DEPOSIT_WRONG_MINT'],
    ['is one micro-USDC less', transfer({ amount: toMicros(4_999n) }), 'DEPOSIT_WRONG_AMOUNT'],
    ['is one micro-USDC more', transfer({ amount: toMicros(5_001n) }), 'DEPOSIT_WRONG_AMOUNT'],
    ['was signed by another wallet', transfer({ signers: ['OTHER'] }), 'DEPOSIT_WRONG_WALLET'],
    ['was signed by nobody', transfer({ signers: [] }), 'DEPOSIT_WRONG_WALLET'],
    ['has no memo', transfer({ memos: [] }), 'DEPOSIT_WRONG_MEMO'],
    ['is meant for another user', transfer({ memos: [depositMemo('user_02')] }), 'DEPOSIT_WRONG_MEMO'],
    ['has a second memo', transfer({ memos: [depositMemo('user_01'), 'x'] }), 'DEPOSIT_WRONG_MEMO'],
  ])('that %s is rejected, and counts nothing', async (_what, found, code) => {
    const { chain, look, account, rejection } = await house();
    chain.says = { status: 'finalized', transfer: found };
    await look();
    expect(await account()).toEqual({ available: 0n, status: 'rejected' });
    expect(await rejection()).toBe(code);
  });

  it('whose transaction failed is rejected', async () => {
    const { chain, look, rejection } = await house();
    chain.says = { status: 'failed', reason: 'no funds' };
    await look();
    expect(await rejection()).toBe('DEPOSIT_FAILED');
  });

  it.each(['unknown', 'pending'] as const)(
    'that is %s is looked up again, until it is too old',
    async (status) => {
      const { chain, clock, look, account, rejection, timers } = await house();
      chain.says = { status };
      await look();
      expect((await account()).status).toBe('submitted');
      const [timer, ...more] = await timers.due(T0 + 60_000, 10);
      expect(more).toEqual([]);
      expect(timer).toMatchObject({ action: { do: 'job', job: { kind: 'chain', payload: { look: 2 } } } });
      expect(timer!.dueAt).toBeGreaterThan(T0);
      clock.ms = T0 + 60_000;
      await look({ look: 99 });
      expect(await rejection()).toBe('DEPOSIT_NOT_FOUND');
    },
  );

  it('is looked for by one chain of looks, however many were begun', async () => {
    const { chain, look, timers } = await house();
    chain.says = { status: 'pending' };
    await look();
    await look({ look: 1_000_000 });
    expect(await timers.due(T0 + 60_000, 10)).toMatchObject([
      { id: depositTimer('user_01', signature, 'soon'), action: { job: { payload: { look: 1_000_001 } } } },
    ]);
  });

  it('whose end is on record is looked for no more', async () => {
    const { chain, look, timers, account } = await house();
    chain.says = { status: 'finalized', transfer: transfer() };
    await look();
    const job = {
      kind: 'chain',
      priority: 'normal',
      id: 'look',
      correlationId: 'user_01',
      payload: {},
    } as const;
    const ids = (['soon', 'last'] as const).map((which) => depositTimer('user_01', signature, which));
    await timers.set(ids.map((id) => ({ id, dueAt: T0, action: { do: 'job', job, every: 60_000 } })));
    await look({ look: 1_000_000 });
    expect(await timers.due(T0 + 60_000, 10)).toEqual([]);
    expect((await account()).available).toBe(5_000n);
  });

  it('that was rejected may be submitted again, and then counts', async () => {
    const { chain, clock, submit, look, account } = await house();
    chain.says = { status: 'failed', reason: 'a node that lied' };
    await look();
    clock.ms += 1_000;
    await submit();
    chain.says = { status: 'finalized', transfer: transfer() };
    await look({ submittedAt: new Date(clock.ms).toISOString() });
    expect(await account()).toEqual({ available: 5_000n, status: 'confirmed' });
  });

  it('that was rejected twice is rejected twice: the second time is no repeat of the first', async () => {
    const { chain, clock, submit, look, account } = await house();
    chain.says = { status: 'failed', reason: 'no funds' };
    await look();
    clock.ms += 1_000;
    await submit();
    await look({ submittedAt: new Date(clock.ms).toISOString() });
    expect((await account()).status).toBe('rejected');
  });

  it('that another account claims as well counts for neither but the one its memo names', async () => {
    const { chain, submit, look, account } = await house();
    await submit('user_02', 'WALLET');
    chain.says = { status: 'finalized', transfer: transfer() };
    await look({ userId: 'user_02' });
    await look();
    expect([await account('user_02'), await account()]).toEqual([
      { available: 0n, status: 'rejected' },
      { available: 5_000n, status: 'confirmed' },
    ]);
  });

  it('nobody submitted is not looked up', async () => {
    const { look, account } = await house();
    await look({ userId: 'user_09' });
    await look({ signature: 'T'.repeat(88) });
    expect((await account()).status).toBe('submitted');
  });
});
