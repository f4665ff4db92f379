import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { childIdOf } from '../../src/kernel/child-id.js';
import { paymentIdOf } from '../../src/kernel/ids.js';
import { cancelWorkflow } from '../../src/requests/cancel-workflow.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { input, offer, usdc } from '../kit/offers.js';

const service = { price: usdc(20_000n), payTo: 'PAYEE', network: 'n', asset: 'USDC' };
const offers = [
  offer('book', { ...service, capability: 'booking', inputs: [input('text', 'text')], output: 'json' }),
  offer('unbook', { ...service, capability: 'refund', inputs: [input('text', 'text')], output: 'json' }),
];

const book = (key: string, more: object = {}) => ({
  key,
  kind: 'service_call',
  capability: 'booking',
  input: `{"text": "${key}"}`,
  compensation: { capability: 'refund', input: `{"text": "undo ${key}"}` },
  ...more,
});
const sub = (key: string, steps: readonly object[], more: object = {}) => ({
  key,
  kind: 'workflow',
  params: { plan: { steps } },
  ...more,
});
const waits = (dependsOn: readonly string[]) => ({ key: 'late', kind: 'signal', signal: 'never', dependsOn });

describe('a workflow that completed as a step of another', () => {
  const engine = new MemoryEngine(offers);
  const clock = { now: () => Date.now() };
  beforeAll(async () => {
    await engine.start();
    await engine.fund('user_01', 10_000_000n);
  });
  afterAll(() => engine.stop());

  const begin = async (steps: readonly object[]) => {
    const id = await engine.create('user_01', { plan: { steps } as never });
    await engine.until(`workflow-${id}`, 'ApprovalRequested');
    await engine.approve('user_01', id);
    return id;
  };
  const cancel = (id: string) =>
    cancelWorkflow(
      { dispatch: engine.dispatch, content: engine.content, clock },
      engine.caller('user_01'),
      id,
      {},
    );
  const settledRun = async (id: string, times = 1) => {
    await engine.until(`workflow-${id}`, 'WorkflowSettled', times);
    const { state } = await engine.dispatch.load(workflow, id);
    if (state.status !== 'closed') throw new Error(`it is ${state.status}`);
    return state;
  };
  const account = async () => {
    const { state } = await engine.dispatch.load(escrow, 'user_01');
    if (state.status !== 'open') throw new Error('no account');
    return { available: availableOf(state), held: state.held };
  };
  const receipts = async (id: string, runs: number) => {
    const all = [];
    for (let runNo = 1; runNo <= runs; runNo++) {
      const receipt = await engine.receiptOf(id, runNo);
      expect(await engine.objections(receipt)).toEqual([]);
      all.push(receipt.statement);
    }
    return all;
  };
  const undone = (id: string) => engine.told(`workflow-${id}`);

  it('is undone by its own steps, the last of them first, and paid from what was approved', async () => {
    const before = await account();
    const id = await begin([
      book('flight'),
      sub('trip', [book('room'), book('tour', { dependsOn: ['room'] })], {
        maxCost: 0.1,
        dependsOn: ['flight'],
      }),
      waits(['trip']),
    ]);
    await engine.until(`workflow-${id}`, 'StepWaitStarted', 2);
    await cancel(id);
    const parent = await settledRun(id);
    const childId = childIdOf(id, 1, 'step_2', 1);
    const child = await settledRun(childId, 2);
    expect(parent).toMatchObject({ outcome: 'cancelled', rollback: 'completed', totalCost: 120_000n });
    expect(child).toMatchObject({
      runNo: 2,
      outcome: 'cancelled',
      rollback: 'completed',
      totalCost: 40_000n,
    });
    expect(Object.values(child.undos!).map(({ status }) => status)).toEqual(['done', 'done']);
    const paid = [...engine.world.landed.keys()].filter((memo) => /undo#/.test(memo));
    expect(paid).toEqual([
      expect.stringContaining(paymentIdOf(childId, 2, 'step_2undo')),
      expect.stringContaining(paymentIdOf(childId, 2, 'step_1undo')),
      expect.stringContaining(paymentIdOf(id, 1, 'step_1undo')),
    ]);
    const told = await undone(childId);
    expect(told.slice(told.indexOf('RollbackRequested'))).toEqual([
      ...['RollbackRequested', 'CompensationStarted', 'StepCompensationScheduled'],
      ...['StepCompensationStarted', 'StepCompensated', 'StepCompensationScheduled'],
      ...['StepCompensationStarted', 'StepCompensated', 'CompensationCompleted'],
      ...['WorkflowCancelled', 'RunClosed', 'WorkflowSettled'],
    ]);
    const after = await account();
    expect([before.available - after.available, after.held]).toEqual([120_000n, 0n]);
    const [first, second] = await receipts(childId, 2);
    expect(first).toMatchObject({ runNo: 1, outcome: 'completed', totalCost: '40000' });
    expect(first).not.toHaveProperty('rollback');
    expect(second).toMatchObject({
      runNo: 2,
      outcome: 'cancelled',
      totalCost: '0',
      kept: [{ runNo: 1 }, { runNo: 1 }, { runNo: 1 }],
      rollback: { outcome: 'completed', undone: ['step_1', 'step_2'], notUndone: [] },
    });
    const [of] = await receipts(id, 1);
    expect(of!.rollback).toEqual({ outcome: 'completed', undone: ['step_1', 'step_2'], notUndone: [] });
  });
});
