import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { offer } from '../../../test/kit/offers.js';
import {
  approve,
  assemble,
  complete,
  paid,
  planOf,
  propose,
  settle,
  startExecution,
} from '../../../test/kit/runs.js';
import { samplePlan } from '../../events/samples.js';
import { toMicros } from '../../kernel/money.js';
import { places } from '../../kernel/places.js';

const shape = planOf(paid('step_1'), paid('step_2', ['step_1']), assemble('step_3', ['step_2']));
const details = { step_1: { input: '{}', title: 'One' }, step_2: { input: '{}' }, step_3: { input: '1' } };

describe('forking a workflow over the API', () => {
  let house: House;
  let alice: Client;
  let mallory: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
    await house.fund(alice.userId, 100_000n);
    const { id, url, payTo, network, asset } = samplePlan.steps[0]!.service!;
    house.offers.push(
      offer(id, { url, payTo, network, asset, capability: 'trend', price: toMicros(20_000n) }),
    );
  });
  afterAll(() => house.close());

  const completed = async (): Promise<string> => {
    const { body } = await alice.post('/workflows/create', {
      input: 'Analyse the sales figures, please.',
      metadata: { project: 'spring' },
      files: [{ name: 'a.csv', mediaType: 'text/csv', content: 'a,b\n1,2\n' }],
    });
    const id: string = body.workflow.id;
    const sealed = await house.content.sealJson(alice.userId, places.planDetails(id, 1), details);
    const plan = { ...shape, details: sealed };
    const cost = toMicros(20_000n);
    const output = async (stepId: string, value: unknown) => ({
      output: await house.content.putJson(alice.userId, places.output(id, 1, stepId), value),
    });
    for (const command of [
      propose(plan),
      approve(plan, { approver: alice.userId }),
      startExecution(),
      complete('step_1', { ...(await output('step_1', { id: 7 })), cost }),
      complete('step_2', { ...(await output('step_2', { id: 8 })), cost }),
      complete('step_3', await output('step_3', { mediaType: 'text/plain', value: 'done' })),
      settle(40_000n),
    ])
      await house.tell(id, command);
    return id;
  };

  it('answers 201 with what is kept and what the rest may cost', async () => {
    const id = await completed();
    const forked = await alice.post(`/workflows/${id}/fork`, {
      fromStep: 'step_2',
      request: 'Analyse the sales of spring only, please.',
    });
    expect(forked).toMatchObject({
      status: 201,
      body: {
        workflow: {
          status: 'awaiting_approval',
          forkedFrom: { workflowId: id, stepId: 'step_2' },
          kept: ['step_1'],
          required: 0.02,
          requiredMicro: '20000',
        },
      },
    });
    await house.caughtUp();
    const fork: string = forked.body.workflow.id;
    expect((await alice.get(`/workflows/${fork}`)).body.workflow).toMatchObject({
      status: 'awaiting_approval',
      input: 'Analyse the sales of spring only, please.',
      metadata: { project: 'spring' },
      files: [{ name: 'a.csv' }],
      forkedFrom: { workflowId: id, runNo: 1, stepId: 'step_2' },
      keptSteps: ['step_1'],
      currentStep: 1,
      spentMicro: '0',
      plan: { planner: 'fork', steps: [{ title: 'One' }, {}, {}] },
    });
    const { body } = await alice.get(`/workflows/${fork}/steps`);
    expect(body.steps).toMatchObject([{ status: 'completed' }, { status: 'pending' }, { status: 'pending' }]);
    expect(body.stepResults).toMatchObject([{ stepId: 'step_1', output: { id: 7 }, costMicro: '0' }]);
    expect((await alice.get(`/workflows/${fork}/events`)).body.events).toContainEqual(
      expect.objectContaining({
        type: 'step.kept',
        data: { stepId: 'step_1', from: { workflowId: id, runNo: 1 } },
      }),
    );
    expect(await alice.post(`/workflows/${fork}/approve`, {})).toMatchObject({
      status: 200,
      body: { budgetMicro: '20000' },
    });
  });

  it('forks once for one Idempotency-Key', async () => {
    const id = await completed();
    const key = { 'idempotency-key': `fork ${id}`.replace(' ', '-') };
    const [one, two] = [
      await alice.post(`/workflows/${id}/fork`, { fromStep: 'step_2' }, key),
      await alice.post(`/workflows/${id}/fork`, { fromStep: 'step_2' }, key),
    ];
    expect(two.body).toEqual(one.body);
  });

  it('refuses strangers, runs that go on, and what is not well formed', async () => {
    const id = await completed();
    const path = `/workflows/${id}/fork`;
    expect(await mallory.post(path, { fromStep: 'step_2' })).toMatchObject({ status: 404 });
    const open = (await alice.post('/workflows/create', { input: 'Analyse the sales figures, please.' }))
      .body;
    expect(await alice.post(`/workflows/${open.workflow.id}/fork`, { fromStep: 'step_1' })).toMatchObject({
      status: 409,
      body: { code: 'WRONG_STATE', details: { status: 'planning' } },
    });
    expect(await alice.post(path, { fromStep: 'step_7' })).toMatchObject({
      status: 409,
      body: { code: 'NO_SUCH_STEP', details: { stepId: 'step_7' } },
    });
    for (const body of [
      {},
      { fromStep: 'second' },
      { fromStep: 'step_2', request: 'short' },
      { fromStep: 'step_2', parameters: { second: {} } },
      { fromStep: 'step_2', parameters: { step_2: 3 } },
      { fromStep: 'step_2', service: { step_2: '' } },
      { fromStep: 'step_2', maxCost: -1 },
      { fromStep: 'step_2', stranger: true },
    ])
      expect(await alice.post(path, body)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED' },
      });
  });
});
