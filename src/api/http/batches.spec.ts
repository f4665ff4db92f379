import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { BatchJob } from '../../batches/batch-job.js';
import { batch } from '../../commands/batch/decide.js';

const step = { key: 'only', kind: 'data_transform', params: { n: 0 } };
const plan = { steps: [step] };

describe('batches over the API', () => {
  let house: House;
  let alice: Client;
  let mallory: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
  });
  afterAll(() => house.close());

  /** What a worker does with the first piece. */
  const work = async (
    batchId: string,
    act: 'create' | 'cancel' = 'create',
    dispatch = house.api.dispatch,
  ) => {
    const timers = { set: async () => undefined, cancel: async () => undefined };
    const { openRuns: _, ...parts } = house.api;
    const task = { batchId, userId: alice.userId, act, from: 0 };
    await new BatchJob({ ...parts, dispatch }, house.content, timers).run(task, new AbortController().signal);
    await house.caughtUp();
  };

  it('answers 202 at once, and makes nothing in the call', async () => {
    const { status, body } = await alice.post('/workflows/batch', { template: { plan }, items: [{}, {}] });
    expect({ status, batch: body.batch }).toMatchObject({
      status: 202,
      batch: { status: 'creating', count: 2 },
    });
    await house.caughtUp();
    expect((await alice.get('/workflows/history')).body.total).toBe(0);
    expect((await alice.get(`/batches/${body.batch.id}`)).body).toMatchObject({
      batch: { id: body.batch.id, count: 2, handled: 0, refused: 0, workflows: {}, priority: 'low' },
      failures: [],
      nextAfter: null,
    });
  });

  it('tells how many are in which state, and what failed, page by page', async () => {
    const items = Array.from({ length: 5 }, (_, n) => ({ params: { only: { n } } }));
    const good = await alice.post('/workflows/batch', { template: { plan, autoApprove: true }, items });
    await work(good.body.batch.id);
    expect((await alice.get(`/batches/${good.body.batch.id}`)).body).toMatchObject({
      batch: { status: 'created', handled: 5, workflows: { executing: 5 } },
    });
    const broken = { steps: [{ key: 'two', kind: 'data_transform', input: '1', dependsOn: ['nobody'] }] };
    const bad = await alice.post('/workflows/batch', {
      template: { plan: broken },
      items: Array.from({ length: 5 }, () => ({})),
    });
    const { id } = bad.body.batch;
    await work(id);
    const first = (await alice.get(`/batches/${id}?limit=3`)).body;
    expect(first).toMatchObject({
      batch: { workflows: { failed: 5 } },
      failures: [
        { index: 0, status: 'failed', error: { code: 'INVALID_DAG' } },
        { index: 1 },
        { index: 2, workflowId: expect.stringMatching(/i00002$/) },
      ],
      nextAfter: 2,
    });
    const rest = (await alice.get(`/batches/${id}?limit=3&after=${first.nextAfter}`)).body;
    expect(rest).toMatchObject({ failures: [{ index: 3 }, { index: 4 }], nextAfter: null });
    const one = (await alice.get(`/workflows/${first.failures[0].workflowId}`)).body.workflow;
    expect(one).toMatchObject({ batchId: id, status: 'failed' });
  });

  it('of which a worker makes what was cancelled meanwhile has none that goes on', async () => {
    const { body } = await alice.post('/workflows/batch', {
      template: { plan: { steps: [{ ...step, sideEffect: 'irreversible' }] }, autoApprove: true },
      items: [{}, {}, {}],
    });
    const { id } = body.batch;
    const before = await house.api.dispatch.load(batch, id);
    const late = Object.create(house.api.dispatch, {
      load: {
        value: (of: typeof batch, ofId: string) =>
          of === batch ? before : house.api.dispatch.load(of, ofId),
      },
    }) as House['api']['dispatch'];
    expect((await alice.post(`/batches/${id}/cancel`, {})).status).toBe(202);
    await work(id, 'cancel');
    await work(id, 'create', late);
    expect((await alice.get(`/batches/${id}`)).body).toMatchObject({
      batch: { status: 'cancelled', handled: 3, refused: 0, workflows: { cancelled: 3 } },
    });
  });

  it('is cancelled by its owner: 202, and what is open ends', async () => {
    const asking = { steps: [{ ...step, sideEffect: 'irreversible' }] };
    const { body } = await alice.post('/workflows/batch', {
      template: { plan: asking, autoApprove: true },
      items: [{}, {}, {}],
    });
    const { id } = body.batch;
    await work(id);
    expect(await mallory.post(`/batches/${id}/cancel`, {})).toMatchObject({ status: 404 });
    expect(await alice.post(`/batches/${id}/cancel`, {})).toMatchObject({
      status: 202,
      body: { status: 'cancelling' },
    });
    await work(id, 'cancel');
    expect((await alice.get(`/batches/${id}`)).body).toMatchObject({
      batch: { status: 'cancelled', workflows: { cancelled: 3 } },
      failures: [{ reason: 'by_owner' }, {}, {}],
    });
  });

  it('is made once for one Idempotency-Key', async () => {
    const body = { template: { plan }, items: [{}] };
    const key = { 'idempotency-key': 'one-batch' };
    const [one, two] = [
      await alice.post('/workflows/batch', body, key),
      await alice.post('/workflows/batch', body, key),
    ];
    expect(two.body).toEqual(one.body);
    expect(await alice.post('/workflows/batch', { ...body, items: [{}, {}] }, key)).toMatchObject({
      status: 409,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it('refuses strangers, and what is no batch', async () => {
    const { body } = await alice.post('/workflows/batch', { template: { plan }, items: [{}] });
    expect(await mallory.get(`/batches/${body.batch.id}`)).toMatchObject({ status: 404 });
    expect(await alice.get('/batches/bat_none')).toMatchObject({ status: 404 });
    for (const wrong of [
      {},
      { items: [] },
      { items: [{}] },
      { template: { plan }, items: [{ input: 'Another request.' }] },
      { template: { plan, maxCost: 1_000 }, items: [{}] },
      { template: { plan }, items: [{}], stranger: 1 },
      { items: Array.from({ length: 10_001 }, () => ({ input: 'Do it, please.' })) },
    ])
      expect(await alice.post('/workflows/batch', wrong)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED' },
      });
  });

  it('takes ten thousand items in one call', async () => {
    const items = Array.from({ length: 10_000 }, (_, n) => ({ params: { only: { n } } }));
    const { status } = await alice.post('/workflows/batch', { template: { plan }, items });
    expect(status).toBe(202);
  });
});
