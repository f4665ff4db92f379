import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { cancelWorkflow } from '../../src/requests/cancel-workflow.js';
import { pauseWorkflow, resumeWorkflow } from '../../src/requests/pause-workflow.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { input, offer, usdc } from '../kit/offers.js';

const service = { capability: 'booking', network: 'n', asset: 'USDC', inputs: [input('text', 'text')] };
const offers = [
  offer('first', { ...service, price: usdc(20_000n), payTo: 'FIRST' }),
  offer('second', { ...service, price: usdc(20_000n), payTo: 'PAYEE', reputation: 5_000 }),
];
const book = (more: object = { serviceId: 'second' }) => ({
  key: 'book',
  kind: 'service_call',
  dependsOn: [],
  input: '{"text": "book"}',
  ...more,
});

describe('a run that does not go as planned, on real sagas, workers and payments', () => {
  const engine = new MemoryEngine(offers);
  beforeAll(async () => {
    await engine.start();
    await engine.fund('user_01', 1_000_000n);
  });
  afterAll(() => engine.stop());

  const parts = { dispatch: engine.dispatch, clock: { now: () => Date.now() }, content: engine.content };
  const begin = async (body: object) => {
    const id = await engine.create('user_01', body as never);
    await engine.until(`workflow-${id}`, 'ApprovalRequested');
    await engine.approve('user_01', id);
    return id;
  };
  const account = async () => {
    const { state } = await engine.dispatch.load(escrow, 'user_01');
    if (state.status !== 'open') throw new Error('no account');
    return state;
  };
  const settled = async (id: string) => {
    await engine.until(`workflow-${id}`, 'WorkflowSettled');
    return (await engine.dispatch.load(workflow, id)).state;
  };

  it('T17 calls and pays the other service of the plan, and its receipt says which', async () => {
    // whoever is asked wants the second one’s money: the first is refused before anything is signed for it
    Object.assign(engine.world, { price: 20_000n, payTo: 'PAYEE' });
    const landed = engine.world.landed.size;
    const id = await begin({ plan: { steps: [book({ capability: 'booking', onFailure: 'fallback' })] } });
    expect(await settled(id)).toMatchObject({ outcome: 'completed', totalCost: 20_000n });
    const told = await engine.told(`workflow-${id}`);
    expect(told).toContain('StepReassigned');
    expect(engine.world.landed.size - landed).toBe(1);
    const receipt = await engine.receiptOf(id);
    const [step] = receipt.disclosure!.steps;
    expect(step).toMatchObject({
      serviceId: 'first',
      evidence: { executor: 'second', payment: { payee: 'PAYEE', amount: '20000' } },
    });
    expect(await engine.objections(receipt)).toEqual([]);
  });

  it('T23, T25 pauses for a higher price, and pays it once it is approved, under one hold', async () => {
    Object.assign(engine.world, { price: 25_000n, payTo: 'PAYEE' });
    const before = availableOf(await account());
    const id = await begin({ plan: { steps: [book()] } });
    const first = (await engine.dispatch.load(workflow, id)).state as { planHash?: string };
    await engine.until(`workflow-${id}`, 'ApprovalRequested', 2);
    expect(await engine.world.spent).toBe(20_000n);
    const { planHash, budget } = await engine.approve('user_01', id);
    expect([planHash === first.planHash, budget]).toEqual([false, 25_000n]);
    expect(await settled(id)).toMatchObject({ outcome: 'completed', totalCost: 25_000n, planHash });
    expect((await engine.told(`workflow-${id}`)).filter((type) => type === 'ExecutionResumed')).toHaveLength(
      1,
    );
    const { held } = await account();
    expect([before - availableOf(await account()), held]).toEqual([25_000n, 0n]);
    const receipt = await engine.receiptOf(id);
    expect(receipt.statement).toMatchObject({ maxCost: '25000', approval: { planHash } });
    expect(await engine.objections(receipt)).toEqual([]);
  });

  it('T25 pays nothing when the owner cancels instead', async () => {
    Object.assign(engine.world, { price: 26_000n, payTo: 'PAYEE' });
    const before = availableOf(await account());
    const id = await begin({ plan: { steps: [book()] } });
    await engine.until(`workflow-${id}`, 'ApprovalRequested', 2);
    await cancelWorkflow(parts, engine.caller('user_01'), id, {});
    expect(await settled(id)).toMatchObject({ outcome: 'cancelled', totalCost: 0n });
    expect(availableOf(await account())).toBe(before);
    expect(await engine.objections(await engine.receiptOf(id))).toEqual([]);
  });

  it('T24, T25 goes on under the hold that had expired, once its owner has covered it again', async () => {
    Object.assign(engine.world, { price: 20_000n, payTo: 'PAYEE' });
    const steps = [
      { key: 'wait', kind: 'data_transform', dependsOn: [], input: '$error("not yet")' },
      book({ serviceId: 'second', dependsOn: ['wait'] }),
    ];
    const id = await begin({ plan: { steps }, onExhausted: 'pause' });
    await engine.until(`workflow-${id}`, 'ExecutionPaused');
    const { state } = await engine.dispatch.load(workflow, id);
    const { holdId } = (state as { approval: { holdId: string } }).approval;
    const at = new Date(Date.now() + 7 * 86_400_000).toISOString();
    await engine.dispatch.send(
      escrow,
      'user_01',
      { type: 'ExpireHold', holdId, at },
      {
        commandId: `expire ${holdId}`,
        correlationId: id,
        actor: { type: 'system', id: 'test' },
      },
    );
    expect((await account()).holds.get(holdId)?.status).toBe('expired');
    await resumeWorkflow(parts, engine.caller('user_01'), id, []);
    expect((await account()).holds.get(holdId)?.status).toBe('open');
    await engine.until(`workflow-${id}`, 'ExecutionPaused', 2);
    await cancelWorkflow(parts, engine.caller('user_01'), id, {});
    await settled(id);
    expect((await account()).held).toBe(0n);
  });

  it('pauses and goes on as its owner says, and says what may be asked instead', async () => {
    const steps = [
      { key: 'one', kind: 'data_transform', dependsOn: [], input: '$error("never")' },
      { key: 'two', kind: 'data_transform', dependsOn: [], input: '2' },
    ];
    const id = await begin({
      plan: { steps, result: { step: 'two', mediaType: 'application/json' } },
      onExhausted: 'pause',
    });
    await engine.until(`workflow-${id}`, 'ExecutionPaused');
    await expect(pauseWorkflow(parts, engine.caller('user_02'), id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(engine.approve('user_01', id)).rejects.toMatchObject({
      code: 'WRONG_STATE',
      figures: { status: 'paused', asked: 'approve', allowed: ['resume', 'cancel'] },
    });
    const told = await resumeWorkflow(parts, engine.caller('user_01'), id, ['step_1']);
    expect(['executing', 'closed']).toContain(told.status);
    expect(await settled(id)).toMatchObject({ outcome: 'completed' });
    await expect(pauseWorkflow(parts, engine.caller('user_01'), id)).rejects.toMatchObject({
      code: 'WRONG_STATE',
      figures: { status: 'completed', asked: 'pause', allowed: ['rating'] },
    });
  });
});
