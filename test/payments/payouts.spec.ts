import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSigner } from '@solana/kit';
import { MOST_TRANSFERS, signTransfers, TRANSACTION_BYTES } from '../../src/adapters/solana/transfers.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { settlement } from '../../src/commands/settlement/decide.js';
import type { Settlement } from '../../src/commands/settlement/state.js';
import type { SettlementEvent } from '../../src/events/settlement.js';
import { toMicros } from '../../src/kernel/money.js';
import { PayoutJob, payoutMemo } from '../../src/payouts/payout-job.js';
import type { TransferSender } from '../../src/ports/transfers.js';
import { settlementJob, settlementTimer } from '../../src/sagas/pay-out-settlement.js';
import { type ChangingRpc, changingRpc } from '../kit/changing-rpc.js';
import { AT, by, FINAL, FUNDS, type PayingHouse, payingHouse, TOO_LATE } from '../kit/money-out.js';

const OPERATOR = 'user_op';
const STL = `stl_${'7'.repeat(26)}`;
const DUE = 100_001n;
/** 90 % of it, rounded down */
const SHARE = 90_000n;

let house: PayingHouse;
let node: ChangingRpc;

beforeEach(async () => {
  house = await payingHouse();
  node = await changingRpc(house.chain.rpcUrl);
  await house.fundedUser(OPERATOR, (await generateKeyPairSigner()).address);
});
afterEach(async () => {
  await node.close();
  await house.close();
});

const wallets = (count: number) =>
  Promise.all(Array.from({ length: count }, async () => (await generateKeyPairSigner()).address as string));
const withAccounts = async (count: number): Promise<string[]> => {
  const made = await wallets(count);
  for (const wallet of made) await house.chain.faucet(wallet, 1n);
  return made;
};
const duesOf = (recipients: readonly string[]) =>
  recipients.map((recipient, index) => ({ recipient, amount: toMicros(DUE), reference: `session ${index}` }));

async function compute(recipients: readonly string[], held = DUE * BigInt(recipients.length)): Promise<void> {
  const expiresAt = '2027-01-01T00:00:00.000Z';
  const hold = { holdId: 'hold_1', amount: toMicros(held), purpose: STL, at: AT, expiresAt };
  await house.handler.send(escrow, OPERATOR, { type: 'PlaceHold', ...hold }, by('hold'));
  const source = { kind: 'hold', userId: OPERATOR, holdId: 'hold_1' } as const;
  const dues = duesOf(recipients);
  await house.handler.send(
    settlement,
    STL,
    { type: 'ComputeSettlement', settlementId: STL, source, dues, split: '90/7/3', at: AT },
    by('compute'),
  );
}

async function work(sender: TransferSender = house.sender, opensAccounts = true, since = AT): Promise<void> {
  const { handler, timers, clock } = house;
  await new PayoutJob(handler, sender, timers, clock, { opensAccounts }).run({
    settlementId: STL,
    since,
    look: 1,
  });
}
const settled = async () => (await house.handler.load(settlement, STL)).state as Settlement;
const statuses = async () => (await settled()).payouts.map(({ state }) => state.status);
const prepared = async () => {
  const found: Extract<SettlementEvent, { type: 'PayoutPrepared' }>[] = [];
  for await (const { event } of house.store.read(`settlement-${STL}`))
    if (event.type === 'PayoutPrepared') found.push(event as (typeof found)[number]);
  return found;
};
const paid = (recipients: readonly string[]) =>
  Promise.all(recipients.map(async (wallet) => ((await house.tokensOf(wallet)) ?? 1n) - 1n));

describe('a transaction of payouts', () => {
  const sign = async (recipients: readonly string[], opens = false) => {
    const lifetime = { blockhash: '1'.repeat(32), lastValidBlockHeight: 1n };
    const { signer, chain } = house;
    const order = { signer, mint: chain.mint, memo: payoutMemo(STL, 999), lifetime };
    const transfers = recipients.map((to) => ({ to, amount: toMicros(2n ** 50n), opens }));
    const signed = await signTransfers(order, transfers);
    return { ...signed, bytes: Buffer.from(signed.transaction, 'base64').length };
  };

  it('has room for 19 transfers and a memo, in one packet of the network', async () => {
    const { count, bytes } = await sign(await wallets(25));
    expect([count, count]).toEqual([19, MOST_TRANSFERS]);
    expect(bytes).toBeLessThanOrEqual(TRANSACTION_BYTES);
    expect(bytes).toBeGreaterThan(TRANSACTION_BYTES - 49);
  });

  it('has room for fewer where it opens accounts as well', async () => {
    const { count, bytes } = await sign(await wallets(25), true);
    expect(count).toBe(9);
    expect(bytes).toBeLessThanOrEqual(TRANSACTION_BYTES);
  });
});

describe('a settlement', () => {
  it('takes its total from the hold and pays forty recipients by three transactions', async () => {
    const recipients = await withAccounts(40);
    await compute(recipients);
    await work();
    expect((await prepared()).map(({ items }) => items.length)).toEqual([19, 19, 2]);
    house.chain.skipSlots(FINAL);
    await work();
    expect(new Set(await statuses())).toEqual(new Set(['paid']));
    expect(new Set(await paid(recipients))).toEqual(new Set([SHARE]));
    expect(await house.tokensOf(house.signer.address)).toBe(FUNDS - 40n * SHARE);
    const account = (await house.handler.load(escrow, OPERATOR)).state;
    expect(account.status === 'open' && account.captured).toBe(40n * DUE);
    expect(await house.timers.due(Number.MAX_SAFE_INTEGER, 9)).toEqual([]);
  });

  it('pays each once, whatever number of workers is at it and whatever replies are lost', async () => {
    const recipients = await withAccounts(25);
    await compute(recipients);
    node.turn = (method) => (method === 'sendTransaction' ? 'lose' : 'pass');
    const lossy = house.senderAt(node.url);
    await Promise.all(Array.from({ length: 4 }, () => work(lossy)));
    await Promise.all(Array.from({ length: 4 }, () => work()));
    house.chain.skipSlots(FINAL);
    await Promise.all(Array.from({ length: 4 }, () => work()));
    expect(new Set(await statuses())).toEqual(new Set(['paid']));
    expect(new Set(await paid(recipients))).toEqual(new Set([SHARE]));
  });

  it('signs anew for what has expired, and for nothing that landed', async () => {
    const recipients = await withAccounts(21);
    await compute(recipients);
    let sent = 0;
    node.turn = (method) => (method === 'sendTransaction' && sent++ > 0 ? 'refuse' : 'pass');
    await work(house.senderAt(node.url));
    expect((await prepared()).map(({ items }) => items.length)).toEqual([19, 2]);
    house.chain.skipSlots(TOO_LATE);
    await work();
    house.chain.skipSlots(FINAL);
    await work();
    expect((await prepared()).map(({ items }) => items)).toEqual([
      Array.from({ length: 19 }, (_, item) => item),
      [19, 20],
      [19, 20],
    ]);
    expect(new Set(await paid(recipients))).toEqual(new Set([SHARE]));
  });

  it('pays everybody but those who cannot be paid, who stay owed and are paid at another wallet', async () => {
    const good = await withAccounts(20);
    const [bad, ...others] = await wallets(1);
    const recipients = [...good.slice(0, 7), bad!, ...good.slice(7), ...others];
    await compute(recipients);
    await work(house.sender, false);
    house.chain.skipSlots(FINAL);
    await work(house.sender, false);
    expect((await statuses()).filter((status) => status === 'paid')).toHaveLength(20);
    expect((await settled()).payouts[7]!.state).toEqual({
      status: 'failed',
      code: 'RECIPIENT_WITHOUT_ACCOUNT',
    });
    const [other] = await withAccounts(1);
    const retry = {
      type: 'RetryPayout',
      item: 7,
      recipient: other!,
      at: '2026-01-03T00:00:00.000Z',
    } as const;
    await house.handler.send(settlement, STL, retry, by('retry'));
    await work(house.sender, false, retry.at);
    house.chain.skipSlots(FINAL);
    await work(house.sender, false, retry.at);
    expect(new Set(await statuses())).toEqual(new Set(['paid']));
    expect(await paid([...good, other!])).toEqual(Array(21).fill(SHARE));
  });

  it('that is tried again is looked for, though looks of before come to their end in that moment', async () => {
    const [recipient] = await wallets(1);
    await compute([recipient!]);
    await work(house.sender, false);
    expect(await statuses()).toEqual(['failed']);
    const at = '2026-01-03T00:00:00.000Z';
    const { timers, handler, sender, clock } = house;
    const task = { settlementId: STL, since: at, look: 1 };
    const again = settlementTimer(task, 'last');
    const retriedMeanwhile = {
      ...timers,
      set: timers.set.bind(timers),
      cancel: async (ids: readonly string[]) => {
        await handler.send(settlement, STL, { type: 'RetryPayout', item: 0, at }, by('retry'));
        await timers.set([
          { id: again, dueAt: 1, action: { do: 'job', job: settlementJob(task), every: 1 } },
        ]);
        await timers.cancel(ids);
      },
    } as unknown as typeof timers;
    const job = new PayoutJob(handler, sender, retriedMeanwhile, clock, { opensAccounts: false });
    await job.run({ ...task, since: AT });
    expect((await timers.due(2, 10)).map(({ id }) => id)).toEqual([again]);
  });

  it('finds by halves whoever spoils a transaction', async () => {
    const recipients = await withAccounts(10);
    await compute(recipients);
    const spoilt = recipients[6]!;
    const sender: TransferSender = {
      recipient: (wallet) => house.sender.recipient(wallet),
      // what the chain says of a recipient that is closed between two looks
      prepare: async (transfers, memo) => {
        if (!transfers.some(({ to }) => to === spoilt)) return house.sender.prepare(transfers, memo);
        node.turn = (method) =>
          method === 'simulateTransaction'
            ? {
                result: {
                  context: { slot: 1, apiVersion: '2' },
                  value: { err: 'InvalidAccountData', logs: [] },
                },
              }
            : 'pass';
        return house.senderAt(node.url).prepare(transfers, memo);
      },
      broadcast: (transfer) => house.sender.broadcast(transfer),
      fate: (transfer) => house.sender.fate(transfer),
    };
    await work(sender);
    house.chain.skipSlots(FINAL);
    await work(sender);
    const expected = recipients.map((wallet) => (wallet === spoilt ? 'failed' : 'paid'));
    expect(await statuses()).toEqual(expected);
    expect((await settled()).payouts[6]!.state).toEqual({ status: 'failed', code: 'TRANSFER_WOULD_FAIL' });
  });

  it('whose source does not have it is refused, and nobody is paid', async () => {
    const recipients = await withAccounts(3);
    await compute(recipients, DUE);
    await work();
    expect(await settled()).toMatchObject({ status: 'refused' });
    expect(await paid(recipients)).toEqual([0n, 0n, 0n]);
  });
});
