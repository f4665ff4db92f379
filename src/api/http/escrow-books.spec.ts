import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Papa from 'papaparse';
import { Client, type House, openHouse } from '../../../test/kit/api-house.js';
import type { EscrowCommand } from '../../commands/escrow/commands.js';
import { escrow } from '../../commands/escrow/decide.js';
import type { PaymentCommand } from '../../commands/payment/commands.js';
import { payment } from '../../commands/payment/decide.js';
import { toMicros } from '../../kernel/money.js';

const SETTLED = '4'.repeat(88);
const AT = '2026-11-21T08:00:00.000Z';
const NEXT_YEAR = '2027-11-21T08:00:00.000Z';
const TERMS = { payTo: 'PAYEE', asset: 'USDC', network: 'n' } as const;

let house: House;
let alice: Client;
let mallory: Client;
let operator: Client;
let sent = 0;

const context = () => ({
  commandId: `books/${++sent}`,
  correlationId: 'wf_01',
  actor: { type: 'system', id: 'test' } as const,
});
const tell = (command: EscrowCommand) => house.dispatch.send(escrow, 'user_alice', command, context());

/** A hold of 0.03, 0.02 of it paid to a service whose id a spreadsheet would take for a formula. */
async function payOnce(): Promise<void> {
  const [holdId, paymentId, amount] = ['hold_1', 'pay_1', toMicros(20_000n)];
  const of = { paymentId, workflowId: 'wf_01', runNo: 1, stepId: 'step_1', userId: 'user_alice', holdId };
  const terms = { dialect: 'x402-v2', scheme: 'exact', ...TERMS, amount } as const;
  const bytes = { header: 'h', memo: 'm', blockhash: 'b', lastValidBlockHeight: 9n, watermark: null };
  await tell({
    type: 'PlaceHold',
    holdId,
    amount: toMicros(30_000n),
    purpose: 'wf_01',
    at: AT,
    expiresAt: NEXT_YEAR,
  });
  const commands: PaymentCommand[] = [
    { type: 'RecordQuote', ...of, serviceId: '=HYPERLINK("https://evil.example")', ...terms },
    { type: 'AuthorizePayment', planHash: 'b'.repeat(64), ceiling: amount, approved: TERMS },
    { type: 'PreparePayment', attempt: 1, payTo: 'PAYEE', amount, ...bytes },
    { type: 'SubmitPayment', attempt: 1 },
    { type: 'ConfirmPayment', attempt: 1, signature: SETTLED, slot: 42n },
  ];
  for (const command of commands) await house.dispatch.send(payment, paymentId, command, context());
  await tell({ type: 'CaptureHold', holdId, paymentId, amount });
  await tell({ type: 'ReleaseHold', holdId });
}

beforeAll(async () => {
  house = await openHouse();
  Object.assign(house.api.settings, {
    explorerUrl: (signature: string) => `https://see.example/${signature}`,
  });
  alice = await house.user('user_alice');
  mallory = await house.user('user_mallory');
  operator = await house.user('user_op', ['operator']);
  await house.fund('user_alice', 100_000n);
  await payOnce();
  await house.caughtUp();
});
afterAll(() => house.close());

const month = () => new Date(house.clock.now()).toISOString().slice(0, 7);

describe('the history of an escrow account', () => {
  it('says after each line what was left, and by which transaction a payment was settled', async () => {
    const { status, body } = await alice.get('/escrow/user_alice/history');
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 6, nextCursor: null });
    const [released, captured] = body.history;
    expect(released).toMatchObject({ kind: 'hold_released', balanceAfterMicro: '80000', signature: null });
    expect(captured).toMatchObject({
      kind: 'hold_captured',
      amountMicro: '20000',
      availableAfterMicro: '70000',
      heldAfterMicro: '10000',
      balanceAfterMicro: '80000',
      signature: SETTLED,
      explorerUrl: `https://see.example/${SETTLED}`,
    });
  });

  it('is read page by page without a gap or a repeat', async () => {
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const { body }: { body: { history: { seq: number }[]; nextCursor: string | null } } = await alice.get(
        `/escrow/user_alice/history?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...body.history.map(({ seq }) => seq));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it.each([
    'x',
    Buffer.from('["a","b"]').toString('base64url'),
    Buffer.from('["before","-1"]').toString('base64url'),
  ])('refuses the cursor %s', async (cursor) =>
    expect(await alice.get(`/escrow/user_alice/history?cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    }),
  );

  it('is shown to operators, and to nobody else as if there were none', async () => {
    expect((await operator.get('/escrow/user_alice/history')).status).toBe(200);
    expect((await mallory.get('/escrow/user_alice/history')).status).toBe(404);
  });
});

describe('a monthly statement', () => {
  it('opens, lists, totals and closes, and sums', async () => {
    const { body } = await alice.get(`/escrow/user_alice/statement?month=${month()}`);
    const { statement } = body;
    expect(statement).toMatchObject({
      userId: 'user_alice',
      month: month(),
      opening: { availableMicro: '0', heldMicro: '0', totalMicro: '0' },
      closing: { availableMicro: '80000', heldMicro: '0', totalMicro: '80000' },
    });
    expect(statement.lines.map(({ kind }: { kind: string }) => kind)).toEqual([
      'deposit',
      'hold',
      'payment',
      'hold_released',
    ]);
    expect(statement.lines[2]).toMatchObject({
      reference: 'pay_1',
      signature: SETTLED,
      explorerUrl: `https://see.example/${SETTLED}`,
      outMicro: '20000',
      after: { availableMicro: '70000', heldMicro: '10000', totalMicro: '80000' },
    });
    expect(statement.totals).toEqual([
      expect.objectContaining({ kind: 'deposit', count: 1, inMicro: '100000' }),
      expect.objectContaining({ kind: 'hold', count: 1, reservedMicro: '30000', outMicro: '0' }),
      expect.objectContaining({ kind: 'payment', count: 1, outMicro: '20000' }),
      expect.objectContaining({ kind: 'hold_released', count: 1, freedMicro: '10000' }),
    ]);
  });

  it('of the month after opens with what this one closed with', async () => {
    const next = new Date(Date.parse(`${month()}-28T00:00:00Z`) + 5 * 86_400_000).toISOString().slice(0, 7);
    const { body } = await alice.get(`/escrow/user_alice/statement?month=${next}`);
    expect(body.statement).toMatchObject({
      opening: { totalMicro: '80000' },
      lines: [],
      closing: { totalMicro: '80000' },
    });
  });

  it('as CSV has the same figures, none of them a formula', async () => {
    const { status, headers, body } = await alice.get(
      `/escrow/user_alice/statement?month=${month()}&format=csv`,
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="statement-user_alice-${month()}.csv"`,
    );
    const { data } = Papa.parse<Record<string, string>>(body, { header: true, skipEmptyLines: true });
    expect(data.map(({ row, kind }) => [row, kind])).toEqual([
      ['opening', ''],
      ['line', 'deposit'],
      ['line', 'hold'],
      ['line', 'payment'],
      ['line', 'hold_released'],
      ['total', 'deposit'],
      ['total', 'hold'],
      ['total', 'payment'],
      ['total', 'hold_released'],
      ['closing', ''],
    ]);
    expect(data[3]).toMatchObject({
      out: '0.020000',
      available: '0.070000',
      held: '0.010000',
      balance: '0.080000',
    });
    expect(data[3]?.['counterparty']).toBe(`'=HYPERLINK("https://evil.example")`);
    expect(data.at(-1)).toMatchObject({ balance: '0.080000' });
    for (const row of data) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@]/);
  });

  it.each(['2026-13', '2026', '26-01', '2026-1', "2026-01'--", '1999-01'])(
    'of %s is refused',
    async (wrong) =>
      expect(
        await alice.get(`/escrow/user_alice/statement?month=${encodeURIComponent(wrong)}`),
      ).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } }),
  );

  it('in a form nobody knows is refused', async () =>
    expect((await alice.get('/escrow/user_alice/statement?format=pdf')).status).toBe(400));

  it('of somebody else is none, and of somebody without an account says so', async () => {
    expect((await mallory.get('/escrow/user_alice/statement')).status).toBe(404);
    expect(await mallory.get('/escrow/user_mallory/statement')).toMatchObject({
      status: 404,
      body: { error: 'There is no escrow account yet. Create one first.' },
    });
  });
});

describe('freezing an account over the API', () => {
  const reason = 'The wallet was reported stolen.';

  it('is for operators', async () =>
    expect(await alice.post('/escrow/user_alice/freeze', { reason })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    }));

  it.each([{}, { reason: ' ' }, { reason: 'x'.repeat(301) }, { reason, until: 'x' }])(
    'with %j is refused',
    async (body) => expect((await operator.post('/escrow/user_alice/freeze', body)).status).toBe(400),
  );

  it('of a user without an account is refused', async () =>
    expect((await operator.post('/escrow/user_mallory/freeze', { reason })).status).toBe(404));

  it('stops holds with the reason, is seen by its owner, in the audit trail, and ends', async () => {
    expect(await operator.post('/escrow/user_alice/freeze', { reason })).toMatchObject({
      status: 200,
      body: { escrow: { frozen: { reason } } },
    });
    expect((await operator.post('/escrow/user_alice/freeze', { reason })).status).toBe(200);
    expect(await operator.post('/escrow/user_alice/freeze', { reason: 'Another.' })).toMatchObject({
      status: 409,
      body: { code: 'ESCROW_ALREADY_FROZEN', details: { reason, allowed: 'unfreeze' } },
    });
    const place = { type: 'PlaceHold', holdId: 'hold_2', amount: toMicros(1n), purpose: 'wf_02' } as const;
    await expect(tell({ ...place, at: AT, expiresAt: NEXT_YEAR })).rejects.toMatchObject({
      code: 'ESCROW_FROZEN',
      figures: { reason },
    });
    await house.caughtUp();
    expect((await alice.get('/escrow/user_alice')).body.escrow.frozen).toMatchObject({ reason });
    expect((await alice.get('/escrow/user_alice/history?limit=1')).body.history[0]).toMatchObject({
      kind: 'frozen',
      note: reason,
      entry: null,
    });
    const audited = await operator.get('/audit/events?stream=escrow-user_alice&type=EscrowFrozen');
    expect(audited.body.events).toHaveLength(1);
    expect(audited.body.events[0]).toMatchObject({ actor_id: 'user_op' });
    expect(await operator.post('/escrow/user_alice/unfreeze', { reason: 'It was found.' })).toMatchObject({
      status: 200,
      body: { escrow: { frozen: null } },
    });
    await house.caughtUp();
    expect((await alice.get('/escrow/user_alice')).body.escrow.frozen).toBeNull();
    await tell({ ...place, at: AT, expiresAt: NEXT_YEAR });
  });
});
