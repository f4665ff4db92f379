import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { signedBytes } from '../../../test/kit/transfers.js';
import type { EscrowCommand } from '../../commands/escrow/commands.js';
import { escrow } from '../../commands/escrow/decide.js';
import { settlement } from '../../commands/settlement/decide.js';
import { user } from '../../commands/user/decide.js';

const W1 = 'So11111111111111111111111111111111111111112';
const W2 = 'Vote111111111111111111111111111111111111111';
const ESCROW = 'Stake11111111111111111111111111111111111111';

let house: House;
let alice: Client;
let mallory: Client;
let operator: Client;
let sent = 0;

beforeAll(async () => {
  house = await openHouse();
  Object.assign(house.api.settings, {
    explorerUrl: (signature: string) => `https://see.example/${signature}`,
  });
  Object.assign(house.api.chain, { escrowAddress: async () => ({ owner: ESCROW, tokenAccount: 'account' }) });
  alice = await house.user('user_alice');
  mallory = await house.user('user_mallory');
  operator = await house.user('user_op', ['user', 'operator']);
  await house.fund('user_alice', 5_000_000n);
  await house.fund('user_op', 2_000_000n);
  await house.dispatch.send(user, 'user_alice', { type: 'LinkWallet', wallet: W1 }, context());
  await house.caughtUp();
});
afterAll(() => house.close());

const context = () => ({
  commandId: `withdrawals/${++sent}`,
  correlationId: 'user_alice',
  actor: { type: 'system', id: 'test' } as const,
});
const tell = async (command: EscrowCommand) => {
  await house.dispatch.send(escrow, 'user_alice', command, context());
  await house.caughtUp();
};
const path = '/escrow/user_alice/withdrawals';
const balance = async () => (await alice.get('/escrow/user_alice/balance')).body;

describe('POST /escrow/:userId/withdrawals', () => {
  it('takes the amount out of what is available at once, and says where it goes', async () => {
    const { status, body } = await alice.post(path, { amount: 1.5, destination: W1 });
    expect(status).toBe(202);
    expect(body.withdrawal).toMatchObject({ status: 'requested', amountMicro: '1500000', destination: W1 });
    await house.caughtUp();
    expect(await balance()).toMatchObject({ availableMicro: '3500000', withdrawingMicro: '1500000' });
    await tell({
      type: 'FailWithdrawal',
      withdrawalId: body.withdrawalId,
      code: 'RECIPIENT_FROZEN',
      message: 'It is frozen.',
    });
    expect(await balance()).toMatchObject({ availableMicro: '5000000', withdrawingMicro: '0' });
    const { withdrawal } = (await alice.get(`${path}/${body.withdrawalId}`)).body;
    expect(withdrawal).toMatchObject({
      status: 'failed',
      error: { code: 'RECIPIENT_FROZEN', message: 'It is frozen.' },
    });
  });

  it('with the same Idempotency-Key is one withdrawal, under the older name as well', async () => {
    const body = { amount: 0.25, destination: W1 };
    const key = { 'idempotency-key': 'once-1' };
    const first = await alice.post('/escrow/user_alice/withdraw', body, key);
    const again = await alice.post('/escrow/user_alice/withdraw', body, key);
    expect([first.status, again.body.withdrawalId]).toEqual([202, first.body.withdrawalId]);
    const other = await alice.post('/escrow/user_alice/withdraw', { ...body, amount: 0.5 }, key);
    expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    await house.caughtUp();
    const { withdrawals } = (await alice.get(path)).body;
    expect(
      withdrawals.filter(({ amountMicro }: { amountMicro: string }) => amountMicro === '250000'),
    ).toHaveLength(1);
  });

  it('refuses a wallet that is not linked, with those that are', async () => {
    const { status, body } = await alice.post(path, { amount: 1, destination: W2 });
    expect([status, body.code]).toEqual([403, 'WALLET_NOT_LINKED']);
    expect(body.details).toEqual({ destination: W2, linked: [W1] });
  });

  it('refuses more than is available, with both figures', async () => {
    const { availableMicro } = await balance();
    const { status, body } = await alice.post(path, { amount: 5.000001, destination: W1 });
    expect([status, body.code]).toEqual([402, 'INSUFFICIENT_ESCROW']);
    expect(body.details).toMatchObject({ availableMicro, requiredMicro: '5000001' });
  });

  it.each([
    ['nothing', { amount: 0, destination: W1 }],
    ['less than nothing', { amount: -1, destination: W1 }],
    ['a fraction of a unit', { amount: 0.0000001, destination: W1 }],
    ['an amount as text', { amount: '1', destination: W1 }],
    ['an amount beyond all money', { amount: 1e30, destination: W1 }],
    ['no wallet', { amount: 1 }],
    ['an address that is none', { amount: 1, destination: 'https://evil.example' }],
    ['an address with letters base58 lacks', { amount: 1, destination: `${W1.slice(0, -1)}0` }],
    ['a member it does not know', { amount: 1, destination: W1, force: true }],
  ])('refuses %s', async (_what, body) => {
    const before = await balance();
    const answer = await alice.post(path, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(await balance()).toEqual(before);
  });

  it('is for the owner only, and so are the lists', async () => {
    expect((await mallory.post(path, { amount: 1, destination: W1 })).status).toBe(404);
    expect((await mallory.get(path)).status).toBe(404);
    const { withdrawals } = (await alice.get(path)).body;
    expect((await mallory.get(`${path}/${withdrawals[0].id}`)).status).toBe(404);
    expect((await alice.get(`${path}/wdr_unknown`)).status).toBe(404);
  });

  it('is refused while the account is frozen', async () => {
    await tell({ type: 'FreezeAccount', reason: 'A lost key', at: '2026-11-21T08:00:00.000Z' });
    const { status, body } = await alice.post(path, { amount: 1, destination: W1 });
    expect([status, body.code]).toEqual([409, 'ESCROW_FROZEN']);
    await tell({ type: 'UnfreezeAccount', reason: 'Found', at: '2026-11-21T08:00:00.000Z' });
  });

  it('shows the transaction with a link once it is signed', async () => {
    const { body } = await alice.post(path, { amount: 1, destination: W1 });
    const { withdrawalId } = body;
    const transfer = signedBytes('S6');
    await tell({ type: 'PrepareWithdrawal', withdrawalId, attempt: 1, transfer, opensAccount: true });
    expect((await alice.get(`${path}/${withdrawalId}`)).body.withdrawal).toMatchObject({
      status: 'sending',
      attempts: 1,
      signature: 'S6',
      explorerUrl: 'https://see.example/S6',
      opensAccount: true,
    });
    await tell({ type: 'ConfirmWithdrawal', withdrawalId, attempt: 1, slot: 9n });
    expect((await alice.get(`${path}/${withdrawalId}`)).body.withdrawal).toMatchObject({
      status: 'confirmed',
      slot: '9',
    });
  });
});

describe('POST /operator/payouts', () => {
  const payouts = [{ recipient: W1, amount: 1, reference: 'session 1' }];

  it('is for operators', async () => {
    for (const [method, at] of [
      ['POST', '/operator/payouts'],
      ['GET', '/operator/payouts'],
      ['GET', '/operator/earnings'],
      ['GET', '/operator/payouts/stl_1'],
    ] as const) {
      const answer = method === 'POST' ? await alice.post(at, { payouts }) : await alice.get(at);
      expect([at, answer.status]).toEqual([at, 403]);
    }
  });

  it('reserves the total in the account of who asks, and computes the shares', async () => {
    const { status, body } = await operator.post('/operator/payouts', { payouts });
    expect(status).toBe(202);
    await house.caughtUp();
    const { settlement: found } = (await operator.get(`/operator/payouts/${body.settlement.id}`)).body;
    expect(found).toMatchObject({
      status: 'computed',
      from: { kind: 'hold', id: 'user_op' },
      totalMicro: '1000000',
      providerPayoutMicro: '900000',
      platformFeeMicro: '70000',
      reserveMicro: '30000',
      split: '90/7/3',
      owedMicro: '900000',
      payouts: [{ item: 0, status: 'owed', recipient: W1, amountMicro: '900000', reference: 'session 1' }],
    });
    expect((await operator.get('/escrow/user_op/balance')).body.heldMicro).toBe('1000000');
    const state = (await house.dispatch.load(settlement, body.settlement.id)).state;
    expect(state.status).toBe('computed');
  });

  it('with the same Idempotency-Key is one settlement', async () => {
    const key = { 'idempotency-key': 'pay-1' };
    const small = { payouts: [{ ...payouts[0], amount: 0.1 }] };
    const [first, again] = [
      await operator.post('/operator/payouts', small, key),
      await operator.post('/operator/payouts', small, key),
    ];
    expect([first.status, again.body.settlement.id]).toEqual([202, first.body.settlement.id]);
  });

  it('refuses what the account does not have, with both figures', async () => {
    const { status, body } = await operator.post('/operator/payouts', {
      payouts: [{ ...payouts[0], amount: 100 }],
    });
    expect([status, body.code]).toEqual([402, 'INSUFFICIENT_ESCROW']);
    const earned = await operator.post('/operator/payouts', { from: 'platform', payouts });
    expect([earned.status, earned.body.code]).toEqual([402, 'INSUFFICIENT_EARNINGS']);
    expect(earned.body.details).toMatchObject({ available: '0', required: '1000000' });
  });

  it('does not pay the escrow out of the escrow', async () => {
    const { status, body } = await operator.post('/operator/payouts', {
      payouts: [{ ...payouts[0], recipient: ESCROW }],
    });
    expect([status, body.code]).toEqual([422, 'RECIPIENT_IS_ESCROW']);
  });

  it.each([
    ['nobody', { payouts: [] }],
    ['more than a hundred', { payouts: Array(101).fill(payouts[0]) }],
    ['an amount of nothing', { payouts: [{ ...payouts[0], amount: 0 }] }],
    ['an amount whose share would be nothing', { payouts: [{ ...payouts[0], amount: 0.00001 }] }],
    ['a recipient that is none', { payouts: [{ ...payouts[0], recipient: 'x' }] }],
    ['no reference', { payouts: [{ recipient: W1, amount: 1 }] }],
    ['an account it does not know', { from: 'fees', payouts }],
  ])('refuses %s', async (_what, body) => {
    const answer = await operator.post('/operator/payouts', body);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('retries what failed, and nothing else', async () => {
    const { body } = await operator.post('/operator/payouts', { payouts: [{ ...payouts[0], amount: 0.1 }] });
    await house.caughtUp();
    const at = `/operator/payouts/${body.settlement.id}/retry`;
    expect((await alice.post(at, { item: 0 })).status).toBe(403);
    expect((await operator.post(at, { item: 1 })).status).toBe(404);
    expect((await operator.post('/operator/payouts/stl_none/retry', { item: 0 })).status).toBe(404);
    for (const command of [
      { type: 'RecordFunding' },
      { type: 'FailPayout', item: 0, code: 'RECIPIENT_FROZEN', message: 'It is frozen.' },
    ] as const)
      await house.dispatch.send(settlement, body.settlement.id, command, context());
    expect((await operator.post(at, { item: 0, recipient: W2 })).status).toBe(202);
    await house.caughtUp();
    const { settlement: found } = (await operator.get(`/operator/payouts/${body.settlement.id}`)).body;
    expect(found.payouts[0]).toMatchObject({ status: 'owed', recipient: W2, error: null });
  });
});
