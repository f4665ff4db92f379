import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { startWait } from '../../../test/kit/runs.js';

const plan = {
  steps: [
    { key: 'word', kind: 'signal', signal: 'go' },
    { key: 'end', kind: 'data_transform', dependsOn: ['word'], input: 'steps.word' },
  ],
};

describe('signals over the API', () => {
  let house: House;
  let alice: Client;
  let mallory: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
  });
  afterAll(() => house.close());

  const waiting = async (): Promise<string> => {
    const { body } = await alice.post('/workflows/create', { plan, autoApprove: true });
    const { id } = body.workflow;
    await house.tell(id, startWait('step_1', '2099-01-02T03:04:05.678Z'));
    await house.caughtUp();
    return id;
  };
  const path = (id: string, name = 'go') => `/workflows/${id}/signals/${name}`;

  it('shows what a run waits for, and goes on when it is told', async () => {
    const id = await waiting();
    const events = async () =>
      (await alice.get(`/workflows/${id}/events`)).body.events.map(
        ({ type, data }: { type: string; data: object }) => ({ type, data }),
      );
    expect(await events()).toContainEqual({
      type: 'step.waiting',
      data: { stepId: 'step_1', attempt: 1, until: expect.any(String), signal: 'go' },
    });
    expect((await alice.get(`/workflows/${id}/steps`)).body.steps[0]).toMatchObject({ status: 'waiting' });
    const sent = await alice.post(path(id), { payload: { by: 'phone' }, signalId: 'call-17' });
    expect(sent).toMatchObject({
      status: 200,
      body: { message: 'Signal taken', signalId: 'call-17', stepId: 'step_1' },
    });
    await house.caughtUp();
    expect(await events()).toEqual(
      expect.arrayContaining([
        { type: 'workflow.signal', data: { name: 'go', signalId: 'call-17' } },
        { type: 'step.signalled', data: { stepId: 'step_1', attempt: 1, signalId: 'call-17' } },
      ]),
    );
    expect(await alice.post(path(id), { signalId: 'call-17' })).toMatchObject({
      status: 200,
      body: { stepId: 'step_1' },
    });
  });

  it('refuses strangers, names nobody waits for, one too many, and what is no name', async () => {
    const id = await waiting();
    expect(await mallory.post(path(id), {})).toMatchObject({ status: 404 });
    expect(await alice.post(path(id, 'stop'), {})).toMatchObject({
      status: 404,
      body: { code: 'SIGNAL_UNKNOWN', details: { names: ['go'] } },
    });
    expect(await alice.post(path(id, '-'), {})).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
    expect(await alice.post(path(id), { payload: 1, extra: 2 })).toMatchObject({ status: 400 });
    expect(await alice.post(path(id), { signalId: 'no spaces' })).toMatchObject({ status: 400 });
    expect(await alice.post(path(id), {})).toMatchObject({ status: 200 });
    expect(await alice.post(path(id), {})).toMatchObject({ status: 409 });
  });

  it('refuses a plan that says it wrongly', async () => {
    const refused = (step: object) => alice.post('/workflows/create', { plan: { steps: [step] } });
    for (const step of [
      { key: 'a', kind: 'signal' },
      { key: 'a', kind: 'signal', signal: 'no name!' },
      { key: 'a', kind: 'signal', signal: 'go', until: '2026-01-02T03:04:05Z' },
      { key: 'a', kind: 'data_transform', signal: 'go', input: '1' },
      { key: 'a', kind: 'signal', signal: 'go', for: 31 * 24 * 3_600_000 },
    ])
      expect(await refused(step)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });
});
