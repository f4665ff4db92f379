import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { childEnds, create, startWait } from '../../../test/kit/runs.js';
import { childIdOf } from '../../kernel/child-id.js';

const part = { key: 'part', kind: 'workflow', params: { plan: { steps: [] } } };

describe('workflows in workflows over the API', () => {
  let house: House;
  let alice: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
  });
  afterAll(() => house.close());

  it('shows which workflow a step is, and which step a workflow is', async () => {
    const { body } = await alice.post('/workflows/create', {
      plan: { steps: [part, { key: 'end', kind: 'data_transform', dependsOn: ['part'], input: '1' }] },
      autoApprove: true,
    });
    const { id } = body.workflow;
    const child = childIdOf(id, 1, 'step_1', 1);
    await house.tell(id, startWait('step_1', '2099-01-02T03:04:05.678Z', { child }));
    await house.caughtUp();
    expect((await alice.get(`/workflows/${id}/steps`)).body.steps[0]).toMatchObject({
      status: 'waiting',
      childWorkflowId: child,
    });
    const parent = { workflowId: id, runNo: 1, stepId: 'step_1', attempt: 1, depth: 1 };
    await house.tell(child, { ...create({ userId: alice.userId, parent }), workflowId: child });
    await house.tell(id, childEnds('step_1', 'failed', { childId: child }));
    await house.caughtUp();
    const { workflows } = (await alice.get(`/users/${alice.userId}/workflows`)).body;
    expect(workflows).toContainEqual(
      expect.objectContaining({ id: child, parent: { workflowId: id, stepId: 'step_1' } }),
    );
    const { events } = (await alice.get(`/workflows/${id}/events`)).body;
    expect(events.map(({ type, data }: { type: string; data: object }) => ({ type, data }))).toEqual(
      expect.arrayContaining([
        { type: 'step.waiting', data: expect.objectContaining({ childWorkflowId: child }) },
        {
          type: 'step.child_closed',
          data: expect.objectContaining({ childWorkflowId: child, outcome: 'failed', cost: 0 }),
        },
      ]),
    );
  });

  it('counts what a workflow may cost in what its parent costs', async () => {
    const { body } = await alice.post('/workflows/create', { plan: { steps: [{ ...part, maxCost: 0.25 }] } });
    await house.caughtUp();
    const { workflow } = (await alice.get(`/workflows/${body.workflow.id}`)).body;
    expect(workflow.plan).toMatchObject({ maxCost: 0.25, planSummary: { estimatedCost: 0.25 } });
  });

  it('refuses a plan that says it wrongly', async () => {
    const refused = (step: object) => alice.post('/workflows/create', { plan: { steps: [step] } });
    for (const step of [
      { key: 'a', kind: 'workflow' },
      { ...part, maxCost: -1 },
      { ...part, maxCost: 0.0000001 },
      { ...part, until: '2026-01-02T03:04:05Z' },
      { ...part, for: 31 * 24 * 3_600_000 },
      { ...part, capability: 'trend' },
      { ...part, onFailure: 'fallback' },
      { key: 'a', kind: 'data_transform', input: '1', maxCost: 1 },
    ])
      expect(await refused(step)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });
});
