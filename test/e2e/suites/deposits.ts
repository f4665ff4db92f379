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
      });

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

    describe('with transfers reported to it', () => {
      const wrong = {} as Record<string, string>;
      const right = {} as Record<'plain' | 'wanted' | 'named' | 'mistyped', string>;
      let thief: Client;
      let thiefsBefore: Awaited<ReturnType<Client['balance']>>;

      beforeAll(async () => {
        thief = Client.of(installed());
        await thief.funded(1n);
        thiefsBefore = await thief.balance();
        wrong['DEPOSIT_WRONG_MINT'] = await mintWorthless(installed(), escrowOwner);
        wrong['DEPOSIT_WRONG_WALLET'] = await transfer(stranger, '1000000');
        wrong['DEPOSIT_WRONG_AMOUNT'] = await transfer(wallet, '999999');
        wrong['DEPOSIT_WRONG_MEMO'] = await transfer(wallet, '1000000', 'quittance:deposit:user_somebody');
        right.plain = await transfer(wallet, '2000000');
        right.wanted = await transfer(wallet, '500000');
        right.named = await transfer(wallet, '750000');
        right.mistyped = await transfer(wallet, '250000');
        for (const signature of Object.values(wrong)) expect((await report(signature, 1)).status).toBe(202);
        expect((await report(right.plain, 2)).status).toBe(202);
        await report(right.wanted, 0.5);
        await report(right.named, 0.75, thief);
        await report(right.named, 0.75);
        await report(right.mistyped, 1);
      });

      it.each(['DEPOSIT_WRONG_MINT', 'DEPOSIT_WRONG_WALLET', 'DEPOSIT_WRONG_AMOUNT', 'DEPOSIT_WRONG_MEMO'])(
        'does not count one that is wrong: %s',
        async (code) => {
          const { kind, note } = (await verdict(wrong[code]!))!;
          expect([kind, note]).toEqual(['deposit_rejected', code]);
        },
      );

      it('counts a right one, and counts it once', async () => {
        expect((await verdict(right.plain))?.kind).toBe('deposit_confirmed');
        const before = await client.balance();
        expect((await report(right.plain, 2)).status).toBe(200);
        const other = await report(right.plain, 1);
        expect([other.status, other.body.code]).toEqual([409, 'SIGNATURE_USED']);
        expect(other.body.details).toMatchObject({ signature: right.plain });
        expect((await client.balance()).total).toBeLessThan(before.total + 2_000_000n);
      });

      it('belongs to one user: another cannot have the same transfer', async () => {
        await verdict(right.wanted);
        const { status, body } = await report(right.wanted, 0.5, thief);
        expect([status, body.code]).toEqual([409, 'SIGNATURE_USED']);
      });

      it('is not lost to somebody who names its transaction first', async () => {
        expect((await verdict(right.named))?.kind).toBe('deposit_confirmed');
        expect(await thief.balance()).toEqual(thiefsBefore);
      });

      it('takes a transfer at last that was reported with a wrong amount twice before', async () => {
        expect((await verdict(right.mistyped, 1))?.note).toBe('DEPOSIT_WRONG_AMOUNT');
        await report(right.mistyped, 0.5);
        expect((await verdict(right.mistyped, 2))?.note).toBe('DEPOSIT_WRONG_AMOUNT');
        await report(right.mistyped, 0.25);
        expect((await verdict(right.mistyped, 3))?.kind).toBe('deposit_confirmed');
      });

      it('holds the sum of the right ones', async () => {
        expect(await client.balance()).toEqual({ available: 3_500_000n, held: 0n, total: 3_500_000n });
      });

      it('covers no more plans at once than it can pay', async () => {
        // what is paid waits, as a run that is over would give its money back to the others
        const dear = { plan: { steps: [{ key: 'held', kind: 'wait', for: 60_000 }, ...after('held', 200)] } };
        const planned = await Promise.all(
          [1, 2, 3].map(async () => client.planned(await client.create(dear))),
        );
        const cost = BigInt(planned[0]!.plan!.maxCostMicro);
        expect(cost).toBeGreaterThan(3_500_000n / 3n);
        const answers = await Promise.all(planned.map(({ id }) => client.approve(id)));
        const approved = planned.filter((_, index) => answers[index]!.status === 200);
        expect(approved).toHaveLength(Number(3_500_000n / cost));
        for (const { status, body } of answers.filter(({ status }) => status !== 200))
          expect([status, body.code]).toEqual([402, 'INSUFFICIENT_ESCROW']);
        for (const { id } of planned) await client.post(`/workflows/${id}/cancel`);
        await Promise.all(approved.map(({ id }) => client.closed(id)));
        expect(await client.balance()).toEqual({ available: 3_500_000n, held: 0n, total: 3_500_000n });
      });
    });
  });

/** Many paid steps in a row, each waiting for the one before. */
const after = (first: string, steps: number) =>
  Array.from({ length: steps }, (_, index) => ({
    key: `s${index}`,
    kind: 'service_call',
    serviceId: 'statistics-desk',
    dependsOn: [index > 0 ? `s${index - 1}` : first],
    input: '{"table": {}}',
  }));
