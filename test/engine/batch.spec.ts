import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemChance } from '../../src/adapters/system/chance.js';
import { batch } from '../../src/commands/batch/decide.js';
import type { Batch } from '../../src/commands/batch/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import type { Closed } from '../../src/commands/workflow/state.js';
import { batchItemId } from '../../src/kernel/ids.js';
import { places } from '../../src/kernel/places.js';
import { batchBodySchema } from '../../src/requests/batch-body.js';
import { cancelBatch } from '../../src/requests/cancel-batch.js';
import { createBatch } from '../../src/requests/create-batch.js';
import { OpenRuns } from '../../src/requests/open-runs.js';
import { MemoryEngine } from '../kit/memory-engine.js';

const double = {
  steps: [{ key: 'double', kind: 'data_transform', params: { n: 0 }, input: '{"twice": 2}' }],
};
const numbers = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ params: { double: { n } }, metadata: { n } }));
/** It waits for its owner, so that it stays open. */
const patient = { plan: { steps: [{ ...double.steps[0], sideEffect: 'irreversible' }] }, autoApprove: true };

describe('a batch of runs', () => {
  const engine = new MemoryEngine([]);
  beforeAll(() => engine.start());
  afterAll(() => engine.stop());

  const clock = { now: () => Date.now() };
  const ask = async (body: object) => {
    const { dispatch, content } = engine;
    const parts = { dispatch, content, clock, chance: systemChance };
    return (await createBatch(parts, engine.caller('user_01'), batchBodySchema.parse(body))).batchId;
  };
  const stateOf = async (id: string) => (await engine.dispatch.load(batch, id)).state as Batch;
  const workflowsOf = (id: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        return (await engine.dispatch.load(workflow, batchItemId(id, index))).state;
      }),
    );
  const handled = (id: string, pieces: number) => engine.until(`batch-${id}`, 'BatchItemsCreated', pieces);

  it('becomes one workflow for each item, each carried out with its own input', async () => {
    const id = await ask({ template: { plan: double, autoApprove: true }, items: numbers(250) });
    await handled(id, 3);
    expect(await stateOf(id)).toMatchObject({ status: 'created', handled: 250, refused: [] });
    for (const index of [0, 99, 100, 249])
      await engine.until(`workflow-${batchItemId(id, index)}`, 'RunClosed');
    const last = (await workflowsOf(id, 250)).at(-1) as Closed;
    expect(last).toMatchObject({ outcome: 'completed', created: { batchId: id, priority: 'low' } });
    const workflowId = batchItemId(id, 249);
    expect(
      await engine.content.getJson(last.result!.output, places.output(workflowId, 1, 'step_2')),
    ).toMatchObject({ value: { n: 249, twice: 2 } });
    expect(await engine.content.openJson(last.created.metadata!, places.metadata(workflowId))).toEqual({
      n: 249,
    });
  });

  it('is made once, however often its jobs come', async () => {
    const id = await ask({ template: { plan: double, autoApprove: true }, items: numbers(30) });
    const job = (payload: object, n: number) =>
      engine.jobs.publish([
        { kind: 'plan', priority: 'low', id: `again ${id} ${n}`, correlationId: id, payload: { ...payload } },
      ]);
    await Promise.all(
      [1, 2, 3].map((n) => job({ batchId: id, userId: 'user_01', act: 'create', from: 0 }, n)),
    );
    await handled(id, 1);
    await engine.until(`workflow-${batchItemId(id, 29)}`, 'RunClosed');
    const told = await engine.told(`batch-${id}`);
    expect(told).toEqual(['BatchCreated', 'BatchItemsCreated']);
    for (let index = 0; index < 30; index++) {
      const types = await engine.told(`workflow-${batchItemId(id, index)}`);
      expect(types.filter((type) => type === 'WorkflowCreated')).toHaveLength(1);
    }
  });

  it('asked for again after a crash, with the same key, is the same', async () => {
    const { dispatch, content } = engine;
    const parts = { dispatch, content, clock, chance: systemChance };
    const body = batchBodySchema.parse({ template: { plan: double, autoApprove: true }, items: numbers(2) });
    const [one, two] = [
      await createBatch(parts, { ...engine.caller('user_01'), onceId: 'once' }, body),
      await createBatch(parts, { ...engine.caller('user_01'), onceId: 'once' }, body),
    ];
    expect(two.batchId).toBe(one.batchId);
    expect(
      (await engine.told(`batch-${one.batchId}`)).filter((type) => type === 'BatchCreated'),
    ).toHaveLength(1);
  });

  it('that is cancelled ends what is open and makes no more', async () => {
    const id = await ask({ template: patient, items: numbers(120) });
    await handled(id, 1);
    await cancelBatch({ dispatch: engine.dispatch, clock }, engine.caller('user_01'), id);
    await engine.until(`batch-${id}`, 'BatchItemsCancelled', 2);
    const states = await workflowsOf(id, 120);
    for (const state of states)
      expect(['none', 'cancelled']).toContain(state.status === 'closed' ? state.outcome : state.status);
    expect(states.filter(({ status }) => status === 'closed').length).toBeGreaterThanOrEqual(100);
    expect(await stateOf(id)).toMatchObject({ status: 'cancelled' });
  });

  it('is cancelled by nobody else', async () => {
    const id = await ask({ template: { plan: double, autoApprove: true }, items: numbers(1) });
    const parts = { dispatch: engine.dispatch, clock };
    await expect(cancelBatch(parts, engine.caller('user_02'), id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('a batch whose owner may have only so many open workflows', () => {
  const engine = new MemoryEngine([]);
  let open = 5;
  beforeAll(async () => {
    const counted = async () => ({ open: 10 - open, known: [] });
    engine.openRuns = new OpenRuns(counted, { now: () => Date.now() }, 10);
    await engine.start();
  });
  afterAll(() => engine.stop());

  it('waits with the rest until some have ended', async () => {
    const { dispatch, content } = engine;
    const parts = { dispatch, content, clock: { now: () => Date.now() }, chance: systemChance };
    const body = batchBodySchema.parse({ template: { plan: double, autoApprove: true }, items: numbers(8) });
    const { batchId } = await createBatch(parts, engine.caller('user_01'), body);
    await engine.until(`batch-${batchId}`, 'BatchItemsCreated');
    expect((await dispatch.load(batch, batchId)).state).toMatchObject({ status: 'creating', handled: 5 });
    open = 10;
    await engine.until(`batch-${batchId}`, 'BatchItemsCreated', 2);
    expect((await dispatch.load(batch, batchId)).state).toMatchObject({ status: 'created', handled: 8 });
  });
});
