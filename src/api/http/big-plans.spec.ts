import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { complete, startWait, wake } from '../../../test/kit/runs.js';
import { workflow } from '../../commands/workflow/decide.js';
import { LIMITS } from '../../kernel/limits.js';
import { places } from '../../kernel/places.js';

/** One step less than a plan may have: `assemble` is ours. */
const MOST = LIMITS.planSteps - 1;
const chain = (length: number) =>
  Array.from({ length }, (_, n) => ({
    key: `s${n}`,
    kind: 'data_transform',
    dependsOn: n === 0 ? [] : [`s${n - 1}`],
    input: n === 0 ? '1' : `steps.s${n - 1} + 1`,
  }));

describe('a plan of as many steps as there may be', () => {
  let house: House;
  let alice: Client;
  let id: string;

  const create = async (steps: readonly object[]) => {
    const reply = await alice.post('/workflows/create', { plan: { steps }, autoApprove: true });
    await house.caughtUp();
    return reply;
  };

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    id = (await create(chain(MOST))).body.workflow.id;
    const { state } = await house.dispatch.load(workflow, id);
    if (state.status !== 'executing') throw new Error(state.status);
    for (const [n, { id: stepId }] of state.plan.steps.entries()) {
      const place = places.output(id, 1, stepId);
      const output = await house.content.putJson('user_alice', place, n);
      const context = {
        commandId: `done ${n}`,
        correlationId: id,
        actor: { type: 'worker', id: 'w' },
      } as const;
      await house.dispatch.send(workflow, id, complete(stepId, { output }), context);
    }
    await house.caughtUp();
  });
  afterAll(() => house.close());

  it('runs to its end, step after step', async () => {
    const { body } = await alice.get(`/workflows/${id}`);
    expect(body.workflow).toMatchObject({ status: 'completed', totalSteps: 500, currentStep: 500 });
    expect(body.workflow.plan.steps).toHaveLength(500);
    expect(body.workflow.plan.criticalPath).toHaveLength(500);
  });

  it('shows its steps at once or page by page, the same', async () => {
    const whole = await alice.get(`/workflows/${id}/steps`);
    expect([whole.body.steps.length, whole.body.stepResults.length, whole.body.nextAfter]).toEqual([
      500,
      500,
      null,
    ]);
    const seen: { id: string }[] = [];
    for (let after = ''; ; ) {
      const { body } = await alice.get(`/workflows/${id}/steps?limit=120${after}`);
      seen.push(...body.steps);
      if (body.nextAfter === null) break;
      after = `&after=${body.nextAfter}`;
    }
    expect(seen).toEqual(whole.body.steps);
  });

  it.each([
    ['a page of none', 'limit=0'],
    ['a page of more than all', 'limit=501'],
    ['a step that is not there', 'after=step_501'],
    ['nothing', 'after='],
  ])('refuses %s', async (_, query) =>
    expect(await alice.get(`/workflows/${id}/steps?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    }),
  );

  it('tells its events again in pages, without a gap', async () => {
    const sequence: number[] = [];
    for (let from = 1; ; ) {
      const { body } = await alice.get(`/workflows/${id}/events?from=${from}&limit=200`);
      if (body.events.length === 0) break;
      sequence.push(...body.events.map(({ seq }: { seq: number }) => seq));
      from = sequence.at(-1)! + 1;
    }
    expect(sequence).toEqual(Array.from({ length: sequence.length }, (_, n) => n + 1));
    expect(sequence.length).toBeGreaterThan(500);
  });

  it('is replayed whole over a WebSocket, and from the middle', async () => {
    const listen = (from: number) =>
      new Promise<number[]>((resolve) => {
        const heard: number[] = [];
        const url = `${house.url.replace('http', 'ws')}/workflows/${id}/stream?from=${from}&until=closed`;
        const socket = new WebSocket(url, { headers: { authorization: `Bearer ${alice.secret}` } });
        socket.on('message', (data) => {
          const { seq } = JSON.parse(String(data));
          if (seq !== undefined) heard.push(seq);
        });
        socket.on('close', () => resolve(heard));
      });
    const whole = await listen(1);
    expect(whole).toEqual(Array.from({ length: whole.length }, (_, n) => n + 1));
    expect(whole.length).toBeGreaterThan(500);
    expect(await listen(400)).toEqual(whole.slice(399));
  });

  it('of one step more is refused, and the limit named', async () => {
    const reply = await create(chain(MOST + 1));
    expect(reply).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(JSON.stringify(reply.body)).toContain('499');
  });

  it('whose steps depend on too much is refused, with the figures', async () => {
    const dense = chain(120).map((step, n) => ({
      ...step,
      dependsOn: Array.from({ length: n }, (_, k) => `s${k}`),
    }));
    const { body } = await create(dense);
    const { body: shown } = await alice.get(`/workflows/${body.workflow.id}`);
    expect(shown.workflow).toMatchObject({ status: 'failed', error: { code: 'INVALID_DAG' } });
  });

  it('may wait for thirty days, and not for longer', async () => {
    const days = 24 * 3_600_000;
    const steps = [{ key: 'rest', kind: 'wait', for: 29 * days }];
    const ask = (maxTime: number) =>
      alice.post('/workflows/create', { plan: { steps }, autoApprove: true, maxTime });
    const { body } = await ask(30 * days);
    await house.caughtUp();
    const { body: shown } = await alice.get(`/workflows/${body.workflow.id}`);
    expect(shown.workflow).toMatchObject({ status: 'executing', maxTime: 30 * days });
    expect(shown.workflow.plan.planSummary.estimatedTime).toBeGreaterThan(29 * days);
    const { body: listed } = await alice.get('/workflows/history');
    expect(listed.workflows).toContainEqual(
      expect.objectContaining({ id: body.workflow.id, maxTime: 30 * days }),
    );
    expect(await ask(30 * days + 1)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });

  it('shows until when it waits, and when that is over', async () => {
    const { body } = await create([{ key: 'rest', kind: 'wait', for: 1_000 }]);
    const workflowId = body.workflow.id;
    const until = '2030-01-01T00:00:00.000Z';
    const output = await house.content.putJson('user_alice', places.output(workflowId, 1, 'step_1'), {
      until,
    });
    const { state } = await house.dispatch.load(workflow, workflowId);
    const deadline = state.status === 'executing' ? state.deadline : '';
    await house.tell(workflowId, startWait('step_1', deadline, { output }));
    const waiting = await alice.get(`/workflows/${workflowId}/steps`);
    expect(waiting.body.steps[0]).toMatchObject({
      kind: 'wait',
      status: 'waiting',
      waitsUntil: deadline,
      retryAt: null,
    });
    await house.tell(workflowId, wake('step_1', deadline));
    const over = await alice.get(`/workflows/${workflowId}/steps`);
    expect(over.body.steps[0]).toMatchObject({ status: 'completed', retryAt: null });
    expect(over.body.steps[0]).not.toHaveProperty('waitsUntil');
    expect(over.body.stepResults[0]).toMatchObject({ output: { until } });
    const { body: told } = await alice.get(`/workflows/${workflowId}/events?from=1&limit=200`);
    expect(told.events).toContainEqual(
      expect.objectContaining({
        type: 'step.waiting',
        data: { stepId: 'step_1', attempt: 1, until: deadline },
      }),
    );
  });

  it('of one step may depend on all the others', async () => {
    const wide = Array.from({ length: MOST - 1 }, (_, n) => ({
      key: `w${n}`,
      kind: 'data_transform',
      input: '1',
    }));
    const join = { key: 'join', kind: 'data_transform', dependsOn: wide.map(({ key }) => key), input: '1' };
    const { body } = await create([...wide, join]);
    const { body: shown } = await alice.get(`/workflows/${body.workflow.id}`);
    expect(shown.workflow).toMatchObject({ status: 'executing', totalSteps: 500 });
    expect(shown.workflow.plan.planSummary.parallelSteps).toBe(MOST - 1);
  });
});
