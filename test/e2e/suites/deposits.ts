import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { requestTestFunds } from '../../../src/adapters/solana/test-funds.js';
import { Wallet } from '../../../src/adapters/solana/wallet.js';
import { parseMicros } from '../../../src/kernel/money.js';
import type { Installed } from '../../kit/installation.js';
import { Client, until } from '../kit/client.js';
import { statistics } from '../kit/plans.js';
import { mintWorthless } from '../kit/wallet.js';

interface Line {
  readonly kind: string;
  readonly reference: string;
  readonly note: string | null;
}

export const deposits = (installed: () => Installed) =>
  describe('the escrow of a new user', () => {
    let client: Client;
    let wallet: Wallet;
    let stranger: Wallet;
    let memo: string;
    let escrowOwner: string;

    beforeAll(async () => {
      client = new Client(installed().url, await installed().addUser('user_depositor'));
      [wallet, stranger] = await Promise.all(
        ['depositor', 'stranger'].map((name) => Wallet.open(join(installed().dataDir, `${name}.json`))) as [
          Promise<Wallet>,
          Promise<Wallet>,
        ],
      );
      const { rpcUrl } = installed().chain;
      for (const { address } of [wallet, stranger])
        await requestTestFunds(rpcUrl, address, parseMicros('20000000'));
      const { body } = await client.get<{ memo: string; address: string; challenge: string }>(
        `/escrow/address?wallet=${wallet.address}`,
      );
      memo = body.memo;
      escrowOwner = body.address;
    });

    const transfer = (from: Wallet, amount: string, note = memo) =>
      from.deposit({
        rpcUrl: installed().chain.rpcUrl,
        mint: installed().chain.mint,
        escrowOwner,
        amount: parseMicros(amount),
        memo: note,
      });
    const report = (signature: string, amount: number, by = client) =>
      by.post(`/escrow/${by.account.userId}/deposit`, { amount, signature });
    /** every line about a transaction, the newest first, once its deposit is decided for the nth time */
    const verdict = (signature: string, times = 1) =>
      until(async () => {
        const { body } = await client.get<{ history: Line[] }>(
          `/escrow/${client.account.userId}/history?limit=200`,
        );
        const lines = body.history.filter(({ reference }) => reference === signature);
        const decided = lines.filter(({ kind }) => kind !== 'deposit_submitted');
        return decided.length >= times ? decided[0] : undefined;
      }, 15_000);

    it('does not take a wallet whose owner did not sign', async () => {
      const { userId } = client.account;
      const signature = await stranger.sign('something else');
      const { status, body } = await client.post(`/escrow/${userId}/create`, {
        userWallet: wallet.address,
        signature,
      });
      expect([status, body.code]).toEqual([403, 'WALLET_SIGNATURE_INVALID']);
    });

    it('approves nothing while it is empty, and says what is there and what is needed', async () => {
      const planned = await client.planned(await client.create(statistics()));
      const { status, body } = await client.approve(planned.id);
      expect([status, body.code]).toEqual([402, 'INSUFFICIENT_ESCROW']);
      expect(body.details).toMatchObject({
        available: 0,
        availableMicro: '0',
        required: planned.plan!.maxCost,
        requiredMicro: planned.plan!.maxCostMicro,
      });
      expect((await client.workflow(planned.id))!.status).toBe('awaiting_approval');
    });

    it('opens for the wallet that signed the challenge', async () => {
      const { userId } = client.account;
      const { body } = await client.get<{ challenge: string }>(`/escrow/address?wallet=${wallet.address}`);
      const signature = await wallet.sign(body.challenge);
      const opened = await client.post(`/escrow/${userId}/create`, { userWallet: wallet.address, signature });
      expect(opened.status).toBe(201);
    });

    it('counts no deposit that is wrong in any way, and says which way', async () => {
      const wrong = {
        DEPOSIT_WRONG_MINT: [await mintWorthless(installed(), escrowOwner), 1],
        DEPOSIT_WRONG_WALLET: [await transfer(stranger, '1000000'), 1],
        DEPOSIT_WRONG_AMOUNT: [await transfer(wallet, '1000000'), 2],
        DEPOSIT_WRONG_MEMO: [await transfer(wallet, '1000000', 'quittance:deposit:user_somebody'), 1],
      } as const;
      for (const [signature, amount] of Object.values(wrong))
        expect((await report(signature, amount)).status).toBe(202);
      const found = await Promise.all(Object.values(wrong).map(([signature]) => verdict(signature)));
      expect(found.map((line) => line?.note)).toEqual(Object.keys(wrong));
      expect(await client.balance()).toEqual({ available: 0n, held: 0n, total: 0n });
    });

    it('counts a right one, and counts it once', async () => {
      const signature = await transfer(wallet, '2000000');
      expect((await report(signature, 2)).status).toBe(202);
      expect((await verdict(signature))?.kind).toBe('deposit_confirmed');
      expect((await client.balance()).available).toBe(2_000_000n);
      expect((await report(signature, 2)).status).toBe(200);
      const other = await report(signature, 1);
      expect([other.status, other.body.code]).toEqual([409, 'SIGNATURE_USED']);
      expect(other.body.details).toMatchObject({ signature });
      expect((await client.balance()).available).toBe(2_000_000n);
    });

    it('belongs to one user: another cannot have the same transfer', async () => {
      const signature = await transfer(wallet, '500000');
      await report(signature, 0.5);
      await verdict(signature);
      const thief = Client.of(installed());
      const before = await thief.balance();
      const { status, body } = await report(signature, 0.5, thief);
      expect([status, body.code]).toEqual([409, 'SIGNATURE_USED']);
      expect(await thief.balance()).toEqual(before);
    });

    it('is not lost to somebody who names its transaction first', async () => {
      const thief = Client.of(installed());
      const before = await thief.balance();
      const signature = await transfer(wallet, '750000');
      expect((await report(signature, 0.75, thief)).status).toBe(202);
      await report(signature, 0.75);
      expect((await verdict(signature))?.kind).toBe('deposit_confirmed');
      expect(await thief.balance()).toEqual(before);
    });

    it('takes a transfer at last that was reported with a wrong amount twice before', async () => {
      const signature = await transfer(wallet, '250000');
      for (const [times, amount] of [
        [1, 1],
        [2, 0.5],
      ] as const) {
        await report(signature, amount);
        expect((await verdict(signature, times))?.note).toBe('DEPOSIT_WRONG_AMOUNT');
      }
      await report(signature, 0.25);
      expect((await verdict(signature, 3))?.kind).toBe('deposit_confirmed');
    });

    it('approves what it covers to the last micro-USDC, and not one more', async () => {
      const { available } = await client.balance();
      const planned = await client.planned(await client.create(statistics()));
      const cost = BigInt(planned.plan!.maxCostMicro);
      expect(available).toBeGreaterThan(cost);
      expect((await client.approve(planned.id)).status).toBe(200);
      const done = await client.closed(planned.id);
      expect(done.status).toBe('completed');
      expect((await client.balance()).available).toBe(available - BigInt(done.spentMicro));
    });
  });
