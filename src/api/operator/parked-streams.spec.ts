import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';

let house: House;
let operator: Client;
let alice: Client;
let bob: Client;
let bad: string;
let good: string;

const create = async (client: Client): Promise<string> => {
  const { body } = await client.post('/workflows/create', { input: 'Analyse the sales figures, please.' });
  return body.workflow.id;
};
const streamOf = (id: string) => `workflow-${id}`;
const retry = (model: string, id: string, body: object = {}) =>
  operator.post(`/monitor/parked/${model}/${streamOf(id)}/retry`, body);
/** Until they are mended, the tables take nothing more of this workflow. */
const poison = (id: string) =>
  house.sql.query(`
    alter table rm_workflows add constraint poison check (workflow_id <> '${id}') not valid;
    alter table rm_workflow_timeline_groups add constraint poison check (workflow_id <> '${id}') not valid`);
const mend = () =>
  house.sql.query(`
    alter table rm_workflows drop constraint poison;
    alter table rm_workflow_timeline_groups drop constraint poison`);
const statusOf = async (client: Client, id: string) =>
  (await client.get(`/workflows/${id}`)).body.workflow.status;
const audited = async (id: string) => {
  await house.caughtUp();
  const { body } = await operator.get(`/audit/events?correlation=${id}`);
  return body.events
    .filter(({ actor_type }: { actor_type: string }) => actor_type === 'operator')
    .map(({ type, rejected }: { type: string; rejected: { code: string } | null }) => [
      type,
      rejected?.code ?? null,
    ]);
};

beforeAll(async () => {
  house = await openHouse();
  operator = await house.user('user_op', ['operator']);
  alice = await house.user('user_alice');
  bob = await house.user('user_bob');
  [bad, good] = [await create(alice), await create(bob)];
  await house.caughtUp();
  await poison(bad);
  await house.propose(bad, alice.userId);
  await house.propose(good, bob.userId);
});
afterAll(() => house?.close());

describe('streams that read models leave out', () => {
  it('are of their user alone: others see what happens', async () => {
    expect(await statusOf(alice, bad)).toBe('planning');
    expect(await statusOf(bob, good)).toBe('awaiting_approval');
  });

  it('are said to be old to who may see them, and to nobody else', async () => {
    const leftOut = async (client: Client, path: string) =>
      (await client.get(path)).headers.get('x-left-out');
    while ((await leftOut(alice, `/workflows/${bad}`)) !== 'workflows')
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await leftOut(alice, `/workflows/${bad}/events`)).toBe('workflows, timeline');
    const others = [leftOut(bob, `/workflows/${good}`), leftOut(bob, `/workflows/${bad}`)];
    expect(await Promise.all([...others, leftOut(alice, '/workflows/history')])).toEqual([null, null, null]);
  });

  it('are listed by model, with codes and names, to operators', async () => {
    const { status, body } = await operator.get('/monitor/parked');
    const its = {
      stream: streamOf(bad),
      revision: expect.any(Number),
      position: expect.any(String),
      code: '23514',
      attempts: 5,
      parkedAt: expect.any(String),
    };
    const table = (name: string) => expect.stringContaining(`table ${name}, constraint poison`);
    expect([status, body.parked]).toEqual([
      200,
      [
        { model: 'timeline', ...its, type: 'PlanProposed', detail: table('rm_workflow_timeline_groups') },
        { model: 'workflows', ...its, type: expect.any(String), detail: table('rm_workflows') },
      ],
    ]);
    const one = (await operator.get('/monitor/parked?model=timeline')).body.parked;
    expect(one.map(({ model }: { model: string }) => model)).toEqual(['timeline']);
    expect((await operator.get('/monitor/parked?model=Robert%27')).status).toBe(400);
  });

  it('are counted among the components and for Prometheus', async () => {
    expect((await operator.get('/monitor/components')).body.parkedStreams).toBe(2);
    const metrics = (await alice.get('/metrics')).body;
    expect(metrics).toContain('quittance_parked_streams{model="workflows"} 1');
    expect(metrics).toContain('quittance_parked_streams{model="receipts"} 0');
    // nothing is ever left out of it
    expect(metrics).not.toContain('model="ledger"');
  });

  it('are for operators only', async () => {
    const path = `/monitor/parked/workflows/${streamOf(bad)}/retry`;
    expect((await alice.get('/monitor/parked')).status).toBe(403);
    expect((await alice.post(path, {})).status).toBe(403);
  });

  it('are retried in vain while nothing is mended, which is on record', async () => {
    expect(await retry('workflows', bad)).toMatchObject({
      status: 409,
      body: {
        code: 'STREAM_UNTAKEN',
        details: { model: 'workflows', stream: streamOf(bad), reason: '23514', attempts: 6 },
      },
    });
    // the newest first
    expect(await audited(bad)).toEqual([
      ['CommandRejected', 'STREAM_UNTAKEN'],
      ['ParkedStreamRetried', null],
    ]);
    expect((await operator.get('/monitor/parked?model=workflows')).body.parked[0].attempts).toBe(6);
  });

  it('that are not parked cannot be retried', async () => {
    for (const [model, id] of [
      ['workflows', good],
      ['ledger', bad],
      ['nothing', bad],
    ] as const)
      expect((await retry(model, id)).status).toBe(404);
    expect((await retry('workflows', bad, { force: true })).status).toBe(400);
  });

  it('are taken after a mend, as if nothing had been, and gone on with', async () => {
    await mend();
    const told: unknown[] = [];
    house.live.subscribe(`timeline.${bad}`, (message) => told.push(message));
    for (const model of ['timeline', 'workflows'])
      expect(await retry(model, bad)).toMatchObject({ status: 200, body: { status: 'taken' } });
    expect((await operator.get('/monitor/parked')).body.parked).toEqual([]);
    expect(await statusOf(alice, bad)).toBe('awaiting_approval');
    while (told.length === 0) await new Promise(setImmediate);
    expect((await alice.post(`/workflows/${bad}/cancel`, {})).status).toBe(200);
    await house.caughtUp();
    expect(await statusOf(alice, bad)).toBe('cancelled');
    const { events } = (await alice.get(`/workflows/${bad}/events`)).body;
    expect(events.map(({ seq }: { seq: number }) => seq)).toEqual(
      events.map((_: object, nth: number) => nth + 1),
    );
    expect((await retry('workflows', bad)).status).toBe(404);
  });
});
