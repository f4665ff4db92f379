import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';

const plan = {
  steps: [{ key: 'send', kind: 'data_transform', input: '"sent"', sideEffect: 'irreversible' }],
};

describe('confirming a step over the API', () => {
  let house: House;
  let alice: Client;
  let mallory: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
  });
  afterAll(() => house.close());

  const asking = async (): Promise<string> => {
    const { body } = await alice.post('/workflows/create', { plan, autoApprove: true });
    await house.caughtUp();
    return body.workflow.id;
  };
  const path = (id: string, step = 'step_1') => `/workflows/${id}/steps/${step}/confirm`;

  it('T42 shows which step waits, and until when', async () => {
    const id = await asking();
    expect((await alice.get(`/workflows/${id}`)).body.workflow).toMatchObject({
      status: 'executing',
      stepsToConfirm: ['step_1'],
      plan: { steps: [{ requiresConfirmation: true }, {}] },
    });
    expect((await alice.get(`/workflows/${id}/steps`)).body.steps[0]).toMatchObject({
      status: 'awaiting_confirmation',
      confirmBy: expect.any(String),
    });
    expect((await alice.get(`/workflows/${id}/events`)).body.events).toContainEqual(
      expect.objectContaining({
        type: 'step.confirmation_requested',
        data: { stepId: 'step_1', expiresAt: expect.any(String) },
      }),
    );
  });

  it('T43 lets it go on, or stops it, and says so on the stream', async () => {
    const [yes, no] = [await asking(), await asking()];
    expect(await alice.post(path(yes), {})).toMatchObject({ status: 200, body: { decision: 'confirm' } });
    expect(await alice.post(path(no), { decision: 'decline' })).toMatchObject({ status: 200 });
    await house.caughtUp();
    expect((await alice.get(`/workflows/${yes}`)).body.workflow).toMatchObject({ stepsToConfirm: [] });
    expect((await alice.get(`/workflows/${no}`)).body.workflow).toMatchObject({
      status: 'failed',
      stepsToConfirm: [],
      error: { code: 'DECLINED', stepId: 'step_1' },
    });
    const told = async (id: string) =>
      (await alice.get(`/workflows/${id}/events`)).body.events.map(({ type }: { type: string }) => type);
    expect(await told(yes)).toContain('step.confirmed');
    expect(await told(no)).toEqual(
      expect.arrayContaining(['step.declined', 'step.failed', 'workflow.failed']),
    );
    expect(await alice.post(path(no), {})).toMatchObject({ status: 409, body: { code: 'WRONG_STATE' } });
  });

  it('T43 refuses strangers, steps there are not, and what is no decision', async () => {
    const id = await asking();
    expect(await mallory.post(path(id), {})).toMatchObject({ status: 404 });
    expect(await alice.post(path(id, 'step_9'), {})).toMatchObject({ status: 404 });
    expect(await alice.post(path(id, 'step_2'), {})).toMatchObject({ status: 409 });
    for (const body of [{ decision: 'maybe' }, { decision: 'confirm', stranger: 1 }])
      expect(await alice.post(path(id), body)).toMatchObject({ status: 400 });
  });
});
