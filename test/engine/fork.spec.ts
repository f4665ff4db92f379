import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemChance } from '../../src/adapters/system/chance.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import type { Closed } from '../../src/commands/workflow/state.js';
import { receiptIdOf } from '../../src/kernel/ids.js';
import { places } from '../../src/kernel/places.js';
import { forkBodySchema } from '../../src/requests/fork-body.js';
import { forkWorkflow } from '../../src/requests/fork-workflow.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { input, offer, usdc } from '../kit/offers.js';

const terms = { payTo: 'PAYEE', network: 'n', asset: 'USDC', inputs: [input('text', 'text')] };
const ask = offer('ask', { ...terms, capability: 'answer', price: usdc(20_000n), output: 'json' });
const other = offer('other', { ...terms, capability: 'answer', price: usdc(20_000n), output: 'json' });
const oracle = offer('oracle', { ...terms, capability: 'oracle', inputs: [input('question', 'text')] });

const call = (key: string, dependsOn: readonly string[], text: string) => ({
  key,
  kind: 'service_call',
  serviceId: 'ask',
  dependsOn,
  input: `{"text": ${text}}`,
});

describe('a workflow forked from one that paid', () => {
  const offers = [ask, other, oracle];
  const engine = new MemoryEngine(offers);
  beforeAll(async () => {
    await engine.start();
    await engine.fund('user_01', 2_000_000n);
  });
  afterAll(() => engine.stop());

  const available = async () => {
    const { state } = await engine.dispatch.load(escrow, 'user_01');
    if (state.status !== 'open') throw new Error('no account');
    return availableOf(state);
  };
  const fork = (id: string, body: object, user = 'user_01', more: object = {}) =>
    forkWorkflow(
      {
        dispatch: engine.dispatch,
        content: engine.content,
        catalogue: { all: async () => offers },
        clock: { now: () => Date.now() },
        chance: systemChance,
      },
      { ...engine.caller(user), ...more },
      id,
      forkBodySchema.parse(body),
    );
  const closed = async (id: string) => {
    await engine.until(`workflow-${id}`, 'WorkflowSettled');
    return (await engine.dispatch.load(workflow, id)).state as Closed;
  };
  /** Three paid steps, the last two of which do not know each other, and their result. */
  const paidRun = async () => {
    const steps = [
      call('first', [], '"a"'),
      call('second', ['first'], 'steps.first.trend'),
      call('third', ['first'], 'steps.first.trend & "!"'),
      {
        key: 'both',
        kind: 'data_transform',
        dependsOn: ['second', 'third'],
        input: '[steps.second, steps.third]',
      },
    ];
    const id = await engine.create('user_01', { plan: { steps } as never });
    await engine.until(`workflow-${id}`, 'ApprovalRequested');
    await engine.approve('user_01', id);
    await engine.until(`receipt-${receiptIdOf(id, 1)}`, 'ReceiptIssued');
    return id;
  };

  it('calls and pays what is left, once, and nothing of what it keeps', async () => {
    const id = await paidRun();
    const [money, landed] = [await available(), engine.world.landed.size];
    const forked = await fork(id, { fromStep: 'step_2' });
    expect(forked).toMatchObject({
      status: 'awaiting_approval',
      kept: ['step_1', 'step_3'],
      required: 20_000n,
    });
    expect((await engine.approve('user_01', forked.workflowId)).budget).toBe(20_000n);
    const end = await closed(forked.workflowId);
    expect(end).toMatchObject({ outcome: 'completed', totalCost: 20_000n });
    expect(engine.world.landed.size - landed).toBe(1);
    expect(money - (await available())).toBe(20_000n);
    const result = await engine.content.getJson(
      end.result!.output,
      places.output(forked.workflowId, 1, 'step_5'),
    );
    expect(result).toMatchObject({ value: [{ trend: 'up' }, { trend: 'up' }] });
  });

  it('pays nothing at all from its last step', async () => {
    const id = await paidRun();
    const [money, landed] = [await available(), engine.world.landed.size];
    const forked = await fork(id, { fromStep: 'step_4', autoApprove: true });
    expect(forked).toMatchObject({ status: 'executing', required: 0n });
    expect(await closed(forked.workflowId)).toMatchObject({ outcome: 'completed', totalCost: 0n });
    expect([await available(), engine.world.landed.size]).toEqual([money, landed]);
  });

  it('keeps commitments as they are, and its receipt holds and says what was kept of which run', async () => {
    const id = await paidRun();
    const { workflowId } = await fork(id, { fromStep: 'step_2' });
    await engine.approve('user_01', workflowId);
    const [old, receipt] = [await engine.receiptOf(id), await engine.receiptOf(workflowId)];
    expect(await engine.objections(receipt)).toEqual([]);
    expect(receipt.statement).toMatchObject({
      totalCost: '20000',
      kept: [
        { stepId: 'step_1', workflowId: id, runNo: 1 },
        { stepId: 'step_3', workflowId: id, runNo: 1 },
      ],
    });
    const commitments = ({ disclosure }: typeof old, stepId: string) => {
      const step = disclosure!.steps.find((one) => one.stepId === stepId)!;
      return [step.inputCommitment, step.outputCommitment];
    };
    for (const stepId of ['step_1', 'step_3'])
      expect(commitments(receipt, stepId)).toEqual(commitments(old, stepId));
    const lie = { ...receipt, statement: { ...receipt.statement, kept: [] } };
    expect(await engine.objections(lie)).not.toEqual([]);
  });

  it('asked for again after a crash, with the same key, is the same', async () => {
    const id = await paidRun();
    const again = async () =>
      (await fork(id, { fromStep: 'step_2' }, 'user_01', { onceId: `fork of ${id}` })).workflowId;
    expect(await again()).toBe(await again());
  });

  it('can itself be forked: what the first one paid is kept by its name', async () => {
    const first = await paidRun();
    const { workflowId: second } = await fork(first, { fromStep: 'step_2' });
    await engine.approve('user_01', second);
    await closed(second);
    const landed = engine.world.landed.size;
    const third = await fork(second, { fromStep: 'step_4', autoApprove: true });
    await closed(third.workflowId);
    expect(engine.world.landed.size).toBe(landed);
    const receipt = await engine.receiptOf(third.workflowId);
    expect(await engine.objections(receipt)).toEqual([]);
    expect(receipt.statement.kept).toEqual([
      { stepId: 'step_1', workflowId: first, runNo: 1 },
      { stepId: 'step_2', workflowId: second, runNo: 1 },
      { stepId: 'step_3', workflowId: first, runNo: 1 },
    ]);
  });

  it('runs with other parameters and another service where that is wanted', async () => {
    const id = await paidRun();
    const { workflowId, required, kept } = await fork(id, {
      fromStep: 'step_2',
      parameters: { step_2: { text: 'changed' }, step_3: '{"text": $string(steps.step_1.slope)}' },
      service: { step_2: 'other' },
    });
    expect({ required, kept }).toEqual({ required: 40_000n, kept: ['step_1'] });
    const { state } = await engine.dispatch.load(workflow, workflowId);
    if (state.status !== 'awaiting_approval') throw new Error(state.status);
    expect(state.plan.steps[1]!.service!.id).toBe('other');
    const details = await engine.content.openJson(state.plan.details, places.planDetails(workflowId, 1));
    expect(details).toMatchObject({ step_2: { input: expect.stringContaining('"changed"') } });
    await engine.approve('user_01', workflowId);
    expect(await closed(workflowId)).toMatchObject({ outcome: 'completed', totalCost: 40_000n });
  });

  it('is bound at the prices of today', async () => {
    const id = await paidRun();
    const dearer = offers.map((one) => (one.id === 'ask' ? { ...one, price: usdc(30_000n) } : one));
    offers.splice(0, offers.length, ...dearer);
    try {
      expect(await fork(id, { fromStep: 'step_2' })).toMatchObject({ required: 30_000n });
      await expect(fork(id, { fromStep: 'step_2', maxCost: 0.02 })).rejects.toMatchObject({
        code: 'PLAN_OVER_BUDGET',
        figures: { costMicro: '30000', maxCostMicro: '20000' },
      });
    } finally {
      offers.splice(0, offers.length, ask, other, oracle);
    }
  });

  it('may fall back on what is offered today, and on nothing that it calls already', async () => {
    const step = { ...call('first', [], '"a"'), capability: 'answer', onFailure: 'fallback' };
    const { serviceId: _named, ...any } = step;
    const id = await engine.create('user_01', { plan: { steps: [any] } as never });
    await engine.until(`workflow-${id}`, 'ApprovalRequested');
    await engine.approve('user_01', id);
    const source = await closed(id);
    const [planned] = source.plan!.steps;
    expect(planned!.alternatives).toHaveLength(1);
    const chosen = planned!.alternatives![0]!.service.id;
    const { workflowId } = await fork(id, { fromStep: 'step_1', service: { step_1: chosen } });
    const { state } = await engine.dispatch.load(workflow, workflowId);
    if (state.status !== 'awaiting_approval') throw new Error(state.status);
    expect(state.plan.steps[0]).toMatchObject({ service: { id: chosen }, onFailure: 'fallback' });
    expect(state.plan.steps[0]).not.toHaveProperty('alternatives');
  });

  it('is refused to others, from where it cannot begin, and with what cannot be', async () => {
    const id = await paidRun();
    const refused = async (body: object, code: string, user?: string) =>
      expect(await fork(id, body, user).catch(({ code: told }) => told)).toBe(code);
    await refused({ fromStep: 'step_2' }, 'NOT_FOUND', 'user_02');
    await refused({ fromStep: 'step_9' }, 'NO_SUCH_STEP');
    await refused({ fromStep: 'step_2', parameters: { step_1: { text: 'b' } } }, 'STEP_KEPT');
    await refused({ fromStep: 'step_2', service: { step_2: 'nobody' } }, 'NO_SERVICE');
    await refused({ fromStep: 'step_2', service: { step_2: 'oracle' } }, 'VALIDATION_FAILED');
    await refused({ fromStep: 'step_2', service: { step_4: 'other' } }, 'VALIDATION_FAILED');
    await refused({ fromStep: 'step_2', parameters: { step_5: { value: 1 } } }, 'VALIDATION_FAILED');
    await refused({ fromStep: 'step_2', parameters: { step_2: 'steps.step_3' } }, 'VALIDATION_FAILED');
    await refused({ fromStep: 'step_2', parameters: { step_2: '$eval("1")' } }, 'EXPRESSION_INVALID');
    await refused({ fromStep: 'step_2', request: 'Do it in another way.' }, 'VALIDATION_FAILED');
    await refused({ fromStep: 'step_2', maxCost: 1_000 }, 'VALIDATION_FAILED');
  });

  it('is refused when what it would keep is stored no more', async () => {
    const steps = [
      { key: 'long', kind: 'data_transform', input: '[1..9000]' },
      { key: 'sum', kind: 'data_transform', dependsOn: ['long'], input: '$sum(steps.long)' },
    ];
    const id = await engine.create('user_01', { plan: { steps } as never, autoApprove: true });
    const { progress } = await closed(id);
    const step = progress!.steps['step_1'];
    if (step?.status !== 'completed' || !('artifact' in step.output)) throw new Error('not an artifact');
    await engine.artifacts.delete(step.output.artifact.sha256);
    await expect(fork(id, { fromStep: 'step_2' })).rejects.toMatchObject({
      code: 'OUTPUT_GONE',
      figures: { stepId: 'step_1' },
    });
  });
});
