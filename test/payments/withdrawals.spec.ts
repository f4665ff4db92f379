import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSigner } from '@solana/kit';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf, type OpenEscrow } from '../../src/commands/escrow/state.js';
import { user } from '../../src/commands/user/decide.js';
import { LIMITS } from '../../src/kernel/limits.js';
import { toMicros } from '../../src/kernel/money.js';
import { WithdrawalJob } from '../../src/payments/withdrawal-job.js';
import type { TransferSender } from '../../src/ports/transfers.js';
import { type ChangingRpc, changingRpc } from '../kit/changing-rpc.js';
import { AT, by, FINAL, FUNDS, type PayingHouse, payingHouse, TOO_LATE } from '../kit/money-out.js';

const USER = 'user_01';
const AMOUNT = 1_500_000n;
const RENT_OF_TOKEN_ACCOUNT = 2_039_280n;
const FEE = 5_000n;

let house: PayingHouse;
let wallet: string;
let node: ChangingRpc;

beforeEach(async () => {
  house = await payingHouse();
  wallet = (await generateKeyPairSigner()).address;
  node = await changingRpc(house.chain.rpcUrl);
  await house.chain.faucet(wallet, 1n);
  await house.fundedUser(USER, wallet);
  await tell({ type: 'RegisterUser', userId: USER, roles: ['user'], at: AT });
  await tell({ type: 'LinkWallet', wallet });
  await house.handler.send(
    escrow,
    USER,
    {
      type: 'RequestWithdrawal',
      withdrawalId: 'wdr_1',
      amount: toMicros(AMOUNT),
      destination: wallet,
      at: AT,
    },
    by('request'),
  );
});
afterEach(async () => {
  await node.close();
  await house.close();
});

const tell = (command: Parameters<typeof house.handler.send<never, never, never>>[2] | object) =>
  house.handler.send(user, USER, command as never, by(JSON.stringify(command)));
const account = async () => (await house.handler.load(escrow, USER)).state as OpenEscrow;
const withdrawal = async () => (await account()).withdrawals.byId.get('wdr_1')!;
const received = async () => ((await house.tokensOf(wallet)) ?? 0n) - 1n;

async function work(sender: TransferSender = house.sender, opensAccounts = true): Promise<void> {
  const { handler, timers, clock } = house;
  const job = new WithdrawalJob(handler, sender, timers, clock, { opensAccounts });
  await job.run({ withdrawalOf: USER, withdrawalId: 'wdr_1', look: 1 });
}

const signatures = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const { event } of house.store.read(`escrow-${USER}`))
    if (event.type === 'WithdrawalPrepared')
      found.push((event as unknown as { signature: string }).signature);
  return found;
};

describe('a withdrawal', () => {
  it('is signed, recorded and sent, and is there when the chain has made it final', async () => {
    await work();
    expect(await withdrawal()).toMatchObject({ status: 'prepared', attempts: 1 });
    expect(await received()).toBe(AMOUNT);
    await work();
    expect(await withdrawal()).toMatchObject({ status: 'prepared' });
    house.chain.skipSlots(FINAL);
    await work();
    expect(await withdrawal()).toMatchObject({ status: 'confirmed', signature: (await signatures())[0] });
    expect(availableOf(await account())).toBe(FUNDS - AMOUNT);
    expect(await house.tokensOf(house.signer.address)).toBe(FUNDS - AMOUNT);
  });

  it('that many workers carry out at once moves once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => work()));
    await Promise.all(Array.from({ length: 8 }, () => work()));
    house.chain.skipSlots(FINAL);
    await Promise.all(Array.from({ length: 8 }, () => work()));
    expect(await received()).toBe(AMOUNT);
    expect(await signatures()).toHaveLength(1);
    expect(await withdrawal()).toMatchObject({ status: 'confirmed' });
  });

  it('is known although the reply to its broadcast was lost, and sends the same bytes again', async () => {
    node.turn = (method) => (method === 'sendTransaction' ? 'lose' : 'pass');
    for (let time = 0; time < 3; time++) await work(house.senderAt(node.url));
    expect(node.calls.filter((method) => method === 'sendTransaction').length).toBeGreaterThanOrEqual(3);
    house.chain.skipSlots(FINAL);
    await work();
    expect([await received(), await signatures()]).toEqual([AMOUNT, [expect.any(String)]]);
    expect(await withdrawal()).toMatchObject({ status: 'confirmed' });
  });

  it('recorded and never sent before a crash is sent by the next worker: the same bytes', async () => {
    node.turn = (method) => (method === 'sendTransaction' ? 'refuse' : 'pass');
    await work(house.senderAt(node.url));
    expect([(await withdrawal()).status, await received()]).toEqual(['prepared', 0n]);
    await work();
    house.chain.skipSlots(FINAL);
    await work();
    expect([await received(), (await signatures()).length]).toEqual([AMOUNT, 1]);
  });

  it('gets new bytes only when the old ones have expired on the chain and are not found', async () => {
    node.turn = (method) => (method === 'sendTransaction' ? 'refuse' : 'pass');
    const broken = house.senderAt(node.url);
    await work(broken);
    house.chain.skipSlots(140);
    await work(broken);
    expect(await signatures()).toHaveLength(1);
    house.chain.skipSlots(TOO_LATE);
    await work();
    expect(await signatures()).toHaveLength(2);
    house.chain.skipSlots(FINAL);
    await work();
    expect(await withdrawal()).toMatchObject({ status: 'confirmed', attempts: 2 });
    expect(await received()).toBe(AMOUNT);
  });

  it('that landed is never signed again, however long nobody looked', async () => {
    await work();
    house.chain.skipSlots(10 * TOO_LATE);
    await work();
    expect([(await withdrawal()).status, (await signatures()).length, await received()]).toEqual([
      'confirmed',
      1,
      AMOUNT,
    ]);
  });

  it('is not taken for expired on the word of a node that does not remember so far', async () => {
    await work();
    house.chain.skipSlots(TOO_LATE);
    node.turn = (method) => {
      if (method === 'getFirstAvailableBlock') return { result: 1_100 };
      if (method === 'getSignatureStatuses')
        return { result: { context: { slot: 9_999, apiVersion: '2' }, value: [null] } };
      return 'pass';
    };
    await work(house.senderAt(node.url));
    expect([(await withdrawal()).status, (await signatures()).length]).toEqual(['prepared', 1]);
    await work();
    expect([(await withdrawal()).status, await received()]).toEqual(['confirmed', AMOUNT]);
  });

  it('is not taken for expired on the word of a node that is behind the finalized chain', async () => {
    await work();
    house.chain.skipSlots(TOO_LATE);
    node.turn = (method) =>
      method === 'getSignatureStatuses'
        ? { result: { context: { slot: 1_001, apiVersion: '2' }, value: [null] } }
        : 'pass';
    await work(house.senderAt(node.url));
    expect([(await withdrawal()).status, (await signatures()).length]).toEqual(['prepared', 1]);
  });

  it('is given up after so many attempts, and its amount is available again', async () => {
    node.turn = (method) => (method === 'sendTransaction' ? 'refuse' : 'pass');
    const broken = house.senderAt(node.url);
    for (let time = 0; time <= LIMITS.withdrawalAttempts; time++) {
      await work(broken);
      house.chain.skipSlots(TOO_LATE);
    }
    expect(await withdrawal()).toMatchObject({ status: 'failed', code: 'WITHDRAWAL_EXPIRED' });
    expect(await signatures()).toHaveLength(LIMITS.withdrawalAttempts);
    expect([await received(), availableOf(await account())]).toEqual([0n, FUNDS]);
  });

  it('waits as long as fees cannot be paid', async () => {
    node.turn = (method) =>
      method === 'getBalance'
        ? { result: { context: { slot: 1, apiVersion: '2' }, value: 890_880 } }
        : 'pass';
    await work(house.senderAt(node.url));
    expect(await withdrawal()).toMatchObject({ status: 'requested', attempts: 0 });
    expect(await house.timers.due(Number.MAX_SAFE_INTEGER, 9)).toHaveLength(1);
    await work();
    expect(await received()).toBe(AMOUNT);
  });

  it('goes to no wallet that was unlinked meanwhile', async () => {
    await tell({ type: 'UnlinkWallet', wallet });
    await work();
    expect(await withdrawal()).toMatchObject({ status: 'failed', code: 'WALLET_NOT_LINKED' });
    expect(availableOf(await account())).toBe(FUNDS);
  });

  it('of an account that was frozen meanwhile is not signed', async () => {
    const freeze = { type: 'FreezeAccount', reason: 'A lost key', at: AT } as const;
    await house.handler.send(escrow, USER, freeze, by('freeze'));
    await work();
    expect(await withdrawal()).toMatchObject({ status: 'failed', code: 'ESCROW_FROZEN' });
    expect([await signatures(), await received()]).toEqual([[], 0n]);
  });
});

describe('a wallet without a token account', () => {
  let bare: string;

  beforeEach(async () => {
    bare = (await generateKeyPairSigner()).address;
    await tell({ type: 'LinkWallet', wallet: bare });
  });

  const request = (withdrawalId: string, destination: string) =>
    house.handler.send(
      escrow,
      USER,
      { type: 'RequestWithdrawal', withdrawalId, amount: toMicros(AMOUNT), destination, at: AT },
      by(withdrawalId),
    );
  const workOn = async (withdrawalId: string, opensAccounts: boolean) => {
    const { handler, sender, timers, clock } = house;
    const job = new WithdrawalJob(handler, sender, timers, clock, { opensAccounts });
    await job.run({ withdrawalOf: USER, withdrawalId, look: 1 });
    return (await account()).withdrawals.byId.get(withdrawalId)!;
  };

  it('gets one, and the platform pays its rent', async () => {
    await request('wdr_2', bare);
    const before = await house.lamportsOf(house.signer.address);
    await workOn('wdr_2', true);
    expect(await house.tokensOf(bare)).toBe(AMOUNT);
    expect(before - (await house.lamportsOf(house.signer.address))).toBe(RENT_OF_TOKEN_ACCOUNT + FEE);
    expect((await account()).withdrawals.opened).toBe(1);
  });

  it('is not paid where the platform does not open accounts', async () => {
    await request('wdr_2', bare);
    expect(await workOn('wdr_2', false)).toMatchObject({
      status: 'failed',
      code: 'RECIPIENT_WITHOUT_ACCOUNT',
    });
    expect(await house.tokensOf(bare)).toBeUndefined();
  });

  it('gets one so many times for one user and no more: closing it again would earn its rent', async () => {
    for (let opened = 0; opened <= LIMITS.accountsOpened; opened++) {
      const next = (await generateKeyPairSigner()).address;
      await tell({ type: 'LinkWallet', wallet: next });
      await request(`wdr_x${opened}`, next);
      const { status } = await workOn(`wdr_x${opened}`, true);
      expect([opened, status]).toEqual([opened, opened < LIMITS.accountsOpened ? 'prepared' : 'failed']);
    }
  });
});
