import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import {
  assemble,
  broken,
  childEnds,
  create,
  notUndone,
  ofRun,
  paid,
  planOf,
  requestRollback,
  reversible,
  startWait,
  toCompletedChild,
  undo,
  undone,
} from '../../../test/kit/runs.js';
import { childIdOf } from '../../kernel/child-id.js';
import { places } from '../../kernel/places.js';

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

  it('tells on both sides how one is undone with its parent, and what became of the run that it undid', async () => {
    const operator = await house.user('user_operator', ['user', 'operator']);
    const child = 'wf_undone';
    const { userId } = alice;
    const texts = {
      step_1: { input: '{}', compensation: 'steps.step_1' },
      step_2: { input: '1' },
    };
    const plan = {
      ...planOf(paid('step_1', [], reversible), assemble('step_2', ['step_1'])),
      details: await house.content.sealJson(userId, places.planDetails(child, 1), texts),
    };
    const request = await house.content.sealText(userId, places.request(child), 'Book the room, please.');
    const output = (stepId: string) => house.content.putJson(userId, places.output(child, 1, stepId), 1);
    for (const command of toCompletedChild(plan))
      await house.tell(child, {
        ...command,
        ...(command.type === 'CreateWorkflow' && { workflowId: child, userId, request }),
        ...(command.type === 'Approve' && { approver: userId }),
        ...(command.type === 'StepCompleted' && { output: await output(command.stepId) }),
      } as never);
    await house.tell(child, requestRollback());
    const read = async () => {
      await house.caughtUp();
      return (await alice.get(`/workflows/${child}`)).body.workflow;
    };
    expect(await read()).toMatchObject({ status: 'rolling_back', runNo: 2, keptSteps: ['step_1', 'step_2'] });
    await house.tell(child, ofRun(2, undo('step_1')));
    await house.tell(child, ofRun(2, notUndone('step_1', 1, broken)));
    expect(await read()).toMatchObject({ status: 'failed', needsOperator: true });
    const step = async () => (await alice.get(`/workflows/${child}/steps`)).body.steps[0];
    expect(await step()).toMatchObject({ status: 'completed', compensation: { status: 'failed' } });
    const again = await operator.post(`/workflows/${child}/compensation/retry`, {});
    expect(again).toMatchObject({ status: 202 });
    await house.tell(child, ofRun(2, undone('step_1', 2, 5_000n)));
    expect(await read()).toMatchObject({
      status: 'cancelled',
      reason: 'undone_with_parent',
      rollback: 'completed',
      spentMicro: '5000',
    });
    expect(await step()).toMatchObject({ status: 'completed', compensation: { status: 'completed' } });
    const { events } = (await alice.get(`/workflows/${child}/events`)).body;
    const told = events.map(({ type, data }: { type: string; data: object }) => ({ type, data }));
    expect(told).toContainEqual({
      type: 'workflow.rollback_requested',
      data: {
        ...{ runNo: 2, undoes: 1, parentWorkflowId: 'wf_00', stepId: 'step_4' },
        ...{ budget: 0.01, budgetMicro: '10000' },
      },
    });
    expect(told.slice(-2).map(({ type }: { type: string }) => type)).toEqual([
      'workflow.cancelled',
      'workflow.closed',
    ]);
    expect(await alice.post(`/workflows/${child}/retry`, {})).toMatchObject({ status: 409 });
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
