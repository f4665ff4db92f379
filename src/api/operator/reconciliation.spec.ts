import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';

const DEPOSITED = '5'.repeat(88);

let house: House;
let operator: Client;
let alice: Client;

beforeAll(async () => {
  house = await openHouse();
  operator = await house.user('user_op', ['operator']);
  alice = await house.user('user_alice');
});
afterAll(() => house.close());

const metric = async (name: string) =>
  new RegExp(`^${name} (.*)$`, 'm').exec((await operator.get('/metrics')).body)?.[1];

describe('reconciliation over the API', () => {
  it('is for operators', async () => {
    expect((await alice.get('/monitor/reconciliation')).status).toBe(403);
    expect((await alice.post('/monitor/reconciliation', {})).status).toBe(403);
  });

  it('says that there was none yet, and measures nothing', async () => {
    expect((await operator.get('/monitor/reconciliation')).status).toBe(404);
    expect(await metric('quittance_ledger_difference_micro_usdc')).toBeUndefined();
  });

  it('takes no members it does not know', async () =>
    expect((await operator.post('/monitor/reconciliation', { correct: true })).status).toBe(400));

  it('of books that agree with the chain has no difference', async () => {
    await house.fund('user_alice', 100_000n);
    house.custody.move(DEPOSITED, 100_000n, 'quittance:deposit:user_alice');
    await house.caughtUp();
    expect((await operator.post('/monitor/reconciliation', {})).body.reconciliation).toMatchObject({
      number: 1,
      isClean: true,
      onChainMicro: '100000',
      bookedMicro: '100000',
      differenceMicro: '0',
      accountsMicro: { chain: '100000', available: '-100000' },
      items: [],
      findings: [],
      audited: 1,
    });
    expect(await metric('quittance_ledger_difference_micro_usdc')).toBe('0');
    expect(Number(await metric('quittance_ledger_reconciled_seconds'))).toBeLessThan(60);
  });

  it('names a transfer that went out behind the books, again and again, until it is in them', async () => {
    house.custody.move('STOLEN', -12_345n);
    for (const number of [2, 3]) {
      const { body } = await operator.post('/monitor/reconciliation', {});
      expect(body.reconciliation).toMatchObject({
        number,
        isClean: false,
        onChainMicro: '87655',
        expectedMicro: '100000',
        differenceMicro: '-12345',
        items: [{ kind: 'unknown_out', explained: false, amountMicro: '-12345', signature: 'STOLEN' }],
      });
    }
    expect((await operator.get('/monitor/reconciliation')).body.reconciliation.number).toBe(3);
    expect(await metric('quittance_ledger_difference_micro_usdc')).toBe('-12345');
  });

  it('names a deposit that nobody reported, by whom it is', async () => {
    house.custody.move('FORGOTTEN', 500n, 'quittance:deposit:user_alice');
    const { body } = await operator.post('/monitor/reconciliation', {});
    expect(body.reconciliation).toMatchObject({
      differenceMicro: '-11845',
      items: [
        { signature: 'STOLEN' },
        { kind: 'deposit_unreported', reference: 'user_alice', amountMicro: '500', signature: 'FORGOTTEN' },
      ],
    });
  });

  it('finds a row that does not say what the events say', async () => {
    await house.sql.query(
      `update rm_escrow_accounts set available = available + 7 where user_id = 'user_alice'`,
    );
    const { body } = await operator.post('/monitor/reconciliation', {});
    expect(body.reconciliation).toMatchObject({
      isClean: false,
      findings: [{ kind: 'claims_differ', reference: 'user_alice', differenceMicro: '7' }],
    });
    expect(await metric('quittance_ledger_findings')).toBe('1');
  });
});
