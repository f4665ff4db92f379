import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type House, openHouse } from '../../../test/kit/api-house.js';
import {
  approve,
  assemble,
  broken,
  complete,
  fail,
  paid,
  planOf,
  propose,
  settle,
  startExecution,
} from '../../../test/kit/runs.js';
import { receipt } from '../../commands/receipt/decide.js';
import { receiptIdOf } from '../../kernel/ids.js';
import { toMicros, ZERO } from '../../kernel/money.js';
import { places } from '../../kernel/places.js';

const shape = planOf(paid('step_1'), paid('step_2', ['step_1']), assemble('step_3', ['step_2']));
const details = { step_1: { input: '{}', title: 'One' }, step_2: { input: '{}' }, step_3: { input: '1' } };

describe('retrying a run over the API', () => {
  let house: House;
  let alice: Client;
  let mallory: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
    await house.fund(alice.userId, 100_000n);
  });
  afterAll(() => house.close());

  /** A run whose first step was paid and whose second failed; settled, its receipt still to be made. */
  const failed = async (): Promise<string> => {
    const { body } = await alice.post('/workflows/create', { input: 'Analyse the sales figures, please.' });
    const id: string = body.workflow.id;
    const sealed = await house.content.sealJson(alice.userId, places.planDetails(id, 1), details);
    const plan = { ...shape, details: sealed };
    const output = await house.content.putJson(alice.userId, places.output(id, 1, 'step_1'), { id: 7 });
    const cost = toMicros(20_000n);
    for (const command of [
      propose(plan),
      approve(plan, { approver: alice.userId }),
      startExecution(),
      complete('step_1', { output, cost }),
      fail('step_2', { error: broken }),
      settle(20_000n),
    ])
      await house.tell(id, command);
    return id;
  };
  const withReceipt = async (): Promise<string> => {
    const id = await failed();
    const facts = { userId: alice.userId, outcome: 'failed', level: 'basic', totalCost: ZERO } as const;
    const document = { sha256: 'e'.repeat(64), size: 1, mediaType: 'application/json' };
    const receiptId = receiptIdOf(id, 1);
    await house.dispatch.send(
      receipt,
      receiptId,
      {
        ...{ type: 'IssueReceipt', receiptId, workflowId: id, runNo: 1, ...facts, document },
        ...{ workflowHash: '1', resultsRoot: '2', finalResultHash: null, documentHash: 'a'.repeat(64) },
        ...{ keyId: 'k', at: '2026-01-02T03:00:00.000Z' },
      },
      { commandId: receiptId, correlationId: id, actor: { type: 'system', id: 'test' } },
    );
    return id;
  };
  const read = async (id: string) => (await alice.get(`/workflows/${id}`)).body.workflow;

  it('T36 answers 202 and offers the rest; what is kept stands there with its output', async () => {
    const id = await withReceipt();
    const retried = await alice.post(`/workflows/${id}/retry`, {});
    expect(retried).toMatchObject({
      status: 202,
      body: { workflow: { id, status: 'awaiting_approval', runNo: 2, mode: 'resume' } },
    });
    await house.caughtUp();
    expect(await read(id)).toMatchObject({
      status: 'awaiting_approval',
      runNo: 2,
      terminal: false,
      error: null,
      keptSteps: ['step_1'],
      currentStep: 1,
      totalSteps: 3,
      plan: { planHash: 'b'.repeat(64), steps: [{ title: 'One' }, {}, {}] },
    });
    const { body } = await alice.get(`/workflows/${id}/steps`);
    expect(body.steps).toMatchObject([{ status: 'completed' }, { status: 'pending' }, { status: 'pending' }]);
    expect(body.stepResults[0]).toMatchObject({ stepId: 'step_1', output: { id: 7 } });
    // the sample's plan costs 20,000 a paid step: only the second is held
    expect(await alice.post(`/workflows/${id}/approve`, {})).toMatchObject({
      status: 200,
      body: { budgetMicro: '20000' },
    });
    const { body: stream } = await alice.get(`/workflows/${id}/events`);
    expect(stream.events).toContainEqual(
      expect.objectContaining({
        type: 'workflow.retrying',
        data: { runNo: 2, mode: 'resume', kept: ['step_1'] },
      }),
    );
  });

  it('T37 plans anew when asked to', async () => {
    const id = await withReceipt();
    expect(await alice.post(`/workflows/${id}/retry`, { mode: 'restart' })).toMatchObject({
      status: 202,
      body: { workflow: { status: 'planning', runNo: 2, mode: 'restart' } },
    });
    await house.caughtUp();
    expect(await read(id)).toMatchObject({ status: 'planning', runNo: 2, plan: null, spent: 0 });
  });

  it('T38 is refused until the receipt of the last run stands, in any other state, and to anybody else', async () => {
    const id = await failed();
    expect(await alice.post(`/workflows/${id}/retry`, {})).toMatchObject({
      status: 409,
      body: { code: 'RECEIPT_NOT_READY' },
    });
    const open = (await alice.post('/workflows/create', { input: 'Analyse the sales figures, please.' }))
      .body;
    expect(await alice.post(`/workflows/${open.workflow.id}/retry`, {})).toMatchObject({
      status: 409,
      body: { code: 'WRONG_STATE', details: { status: 'planning' } },
    });
    expect(await mallory.post(`/workflows/${id}/retry`, {})).toMatchObject({ status: 404 });
    for (const body of [{ mode: 'again' }, { from: 'step_1' }])
      expect(await alice.post(`/workflows/${id}/retry`, body)).toMatchObject({ status: 400 });
  });
});
