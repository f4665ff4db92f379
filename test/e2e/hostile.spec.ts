import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSigner } from '@solana/kit';
import { type TemporaryFolder, temporaryFolder } from '../kit/folder.js';
import { type Installed, startInstalled } from '../kit/installation.js';
import { plan as drafted, messagesApi } from '../kit/messages-api.js';
import { onceEach, paymentsOf } from './kit/chain.js';
import { Client, until, type WorkflowDoc } from './kit/client.js';
import { fundedUser } from './kit/funded-user.js';
import { busy, inTurn, type Market, ok, openMarket, PRICE, type Sale } from './kit/market.js';

const never = (): Promise<never> => new Promise(() => undefined);

/** ms; signed bytes are known to have expired by then */
const EXPIRED_MS = 180_000;

const circle = {
  intent: { classification: 'circle', capabilities: ['honest'], confidence: 0.9 },
  steps: [
    {
      key: 'a',
      kind: 'service_call',
      title: 'a',
      capability: 'honest',
      dependsOn: ['b'],
      input: '{"x": steps.b}',
    },
    {
      key: 'b',
      kind: 'service_call',
      title: 'b',
      capability: 'honest',
      dependsOn: ['a'],
      input: '{"x": steps.a}',
    },
  ],
  result: { step: 'a', mediaType: 'application/json' },
};
const unknownService = {
  ...circle,
  steps: [
    { key: 'a', kind: 'service_call', title: 'a', capability: 'mind-reading', dependsOn: [], input: '{}' },
  ],
};

/** A registry of services that cheat, break and dawdle, and a model that plans nonsense. */
describe('services that are not what they were approved as', () => {
  let folder: TemporaryFolder;
  let market: Market;
  let model: Awaited<ReturnType<typeof messagesApi>>;
  let installed: Installed;
  let client: Client;
  /** the owner of what takes long: money of others moves when their tests say so */
  let patient: Client;
  let hanging: WorkflowDoc;
  let dawdling: WorkflowDoc;
  let other: string;
  let kept: Sale;

  beforeAll(async () => {
    folder = temporaryFolder();
    other = (await generateKeyPairSigner()).address;
    market = await openMarket({
      honest: {},
      dearer: { asks: (terms) => ({ ...terms, amount: String(PRICE + 1n) }) },
      thief: { asks: (terms) => ({ ...terms, payTo: other }) },
      elsewhere: { asks: (terms) => ({ ...terms, asset: other }) },
      unpaid: { serve: async () => ok({ free: 'lunch' }) },
      rubbish: { serve: settled({ status: 200, body: '{"half": ' }) },
      binary: { serve: settled({ status: 200, body: '\u0000\u0001', type: 'text/plain; charset=utf-16' }) },
      refusing: { serve: settled({ status: 422, body: '{}' }) },
      moody: { serve: moody },
      late: {
        // it keeps the signed payment for later
        serve: async (sale) => {
          kept = sale;
          return busy;
        },
      },
      deaf: { serve: never },
      dawdler: { serve: (sale) => (sale.number === 1 ? never() : settled(ok({ late: true }))(sale)) },
    });
    model = await messagesApi(
      Array.from({ length: 12 }, (_, turn) => drafted(turn < 6 ? circle : unknownService)),
    );
    installed = await startInstalled(folder.path, {
      REGISTRY_URL: market.url,
      ANTHROPIC_API_KEY: 'sk-stand-in',
      LLM_BASE_URL: model.url,
    });
    await market.connect(installed);
    client = Client.of(installed);
    await client.funded(1n);
    patient = await fundedUser(installed, 'user_patient', 1);
    // these take the half minute a service is given, so they start first and are looked at last; of that the first
    // service has more than enough, and the second less than it needs
    hanging = await patient.begin({ ...inTurn('honest', 'deaf'), maxTime: 25_000 });
    dawdling = await patient.begin(inTurn('dawdler'));
    await until(async () => ((market.sales.get('deaf') ?? 0) > 0 ? true : undefined));
  });

  afterAll(async () => {
    await installed?.stop();
    await market.close();
    await model.close();
    folder.remove();
  });

  /** Runs a plan to its end. @returns what the run says of itself, and what moved on the chain meanwhile */
  async function run(...ids: readonly string[]) {
    const done = await client.run(inTurn(...ids));
    return { done, code: done.error?.code, payments: await paymentsOf(installed, client, done) };
  }

  it.each([
    ['thief', 'RECIPIENT_CHANGED'],
    ['elsewhere', 'OFFER_REFUSED'],
  ])('%s is not paid: %s', async (id, code) => {
    const before = await client.balance();
    const { done, ...said } = await run(id);
    expect([done.status, said.code, done.spentMicro]).toEqual(['failed', code, '0']);
    expect(market.sales.get(id)).toBeUndefined();
    expect(nonePaid(said.payments)).toBe(true);
    expect(await client.balance()).toEqual(before);
    const receipt = await client.receipt(done.id);
    expect((await client.verify('rcpt_any', receipt)).valid).toBe(true);
  });

  it('dearer is not paid: the run pauses and asks, and is cancelled', async () => {
    const before = await client.balance();
    const { id } = await client.begin(inTurn('dearer'));
    // the question it began with is read until the read model knows the next
    const asked = await client.until(id, (doc) => 'pausedStep' in doc && doc.status === 'awaiting_approval');
    expect(asked).toMatchObject({ approvalReason: 'price_drift', pausedStep: 'step_1', spentMicro: '0' });
    expect((await client.post(`/workflows/${id}/cancel`, {})).status).toBe(200);
    const done = await client.closed(id);
    expect([done.status, done.spentMicro]).toEqual(['cancelled', '0']);
    expect(market.sales.get('dearer')).toBeUndefined();
    expect(nonePaid(await paymentsOf(installed, client, done))).toBe(true);
    expect(await client.balance()).toEqual(before);
    const receipt = await client.receipt(id);
    expect((await client.verify('rcpt_any', receipt)).valid).toBe(true);
  });

  it.each([
    ['rubbish', 'SERVICE_BAD_OUTPUT'],
    ['refusing', 'SERVICE_REFUSED'],
  ])('%s was paid once and fails the run: %s', async (id, code) => {
    const { done, ...said } = await run('honest', id);
    expect([done.status, said.code]).toEqual(['failed', code]);
    expect(said.payments).toEqual(onceEach(done));
    expect(BigInt(done.spentMicro)).toBe(2n * PRICE);
    const receipt = await client.receipt(done.id);
    expect(receipt).toMatchObject({ statement: { outcome: 'failed', totalCost: String(2n * PRICE) } });
    expect((await client.verify('rcpt_any', receipt)).valid).toBe(true);
  });

  it('a service that fails before and after it is paid is asked again, and paid once', async () => {
    const { done, payments } = await run('moody');
    expect(done.error).toBeNull();
    expect(done.status).toBe('completed');
    expect(payments).toEqual(onceEach(done));
    expect(BigInt(done.spentMicro)).toBe(PRICE);
    expect(market.sales.get('moody')).toBeGreaterThanOrEqual(3);
    const { steps } = await client.steps(done.id);
    expect(steps[0]!.attempt).toBeGreaterThanOrEqual(2);
    expect(await client.result(done.id)).toMatchObject({ value: { works: true } });
  });

  it('a service that settles when the run has failed is paid by the user it was signed for', async () => {
    const before = await client.balance();
    const { done } = await run('late');
    expect([done.status, done.error?.code, done.spentMicro]).toEqual(['failed', 'SERVICE_ERROR', '0']);
    // what may land yet stays held, though the run is settled
    const statement = { outcome: 'failed', totalCost: '0' };
    expect(await client.receipt(done.id)).toMatchObject({ statement });
    expect(await client.balance()).toEqual({
      ...before,
      available: before.available - PRICE,
      held: before.held + PRICE,
    });
    expect((await kept.settle()).success).toBe(true);
    const after = { ...before, available: before.available - PRICE, total: before.total - PRICE };
    await client.until(done.id, ({ payments }) => payments.some(({ status }) => status === 'confirmed'));
    await until(async () => ((await client.balance()).held === after.held ? true : undefined), EXPIRED_MS);
    expect(await client.balance()).toEqual(after);
  });

  it('a plan of a model with steps in a circle, or services nobody has, is never proposed', async () => {
    const before = await client.balance();
    const planned = await client.planned(await client.create({ input: 'Please go round in circles for me' }));
    // asked again with what was wrong, then given up for the rules, which find no kind of result in the request
    expect(model.heard.length).toBeGreaterThan(1);
    expect([planned.status, planned.error?.code, planned.plan]).toEqual(['failed', 'NO_SERVICE', null]);
    expect(await client.balance()).toMatchObject({ total: before.total });
  });

  it('a service that hangs once is given up in time, asked again, and paid once', async () => {
    const done = await patient.closed(dawdling.id);
    expect(done.error).toBeNull();
    expect(await paymentsOf(installed, patient, done)).toEqual(onceEach(done));
    const { steps } = await patient.steps(done.id);
    expect(steps[0]!.attempt).toBeGreaterThanOrEqual(2);
  });

  it('a service that hangs for ever ends with its run, which pays for nothing it did not get', async () => {
    const done = await patient.closed(hanging.id);
    expect([done.status, done.error?.code]).toEqual(['failed', 'TIMEOUT']);
    expect(BigInt(done.spentMicro)).toBe(PRICE);
    expect(Object.values(await paymentsOf(installed, patient, done))).toEqual([1, 0]);
  });

  it('nothing is held when all runs have ended, and what was signed for them has landed or expired', async () => {
    for (const user of [client, patient])
      await until(async () => ((await user.balance()).held === 0n ? true : undefined), EXPIRED_MS);
  });
});

const nonePaid = (payments: Readonly<Record<string, number>>): boolean =>
  Object.values(payments).every((landed) => landed === 0);

const settled = (reply: { status: number; body: string; type?: string }) => async (sale: Sale) => {
  await sale.settle();
  return reply;
};

/** Busy, then paid and busy, then at work. */
async function moody(sale: Sale) {
  if (sale.number === 1) return busy;
  await sale.settle();
  return sale.number === 2 ? busy : ok({ works: true });
}
