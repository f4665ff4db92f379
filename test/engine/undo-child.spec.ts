import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { undo } from '../../src/children/undo.js';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { childIdOf } from '../../src/kernel/child-id.js';
import { paymentIdOf } from '../../src/kernel/ids.js';
import { cancelWorkflow } from '../../src/requests/cancel-workflow.js';
import { retryWorkflow } from '../../src/requests/retry-workflow.js';
import { settleRollback } from '../../src/requests/settle-rollback.js';
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

  const operate = (id: string, type: 'retry' | 'resolve') => {
    const { principal, ...caller } = engine.caller('user_operator');
    const operator = { ...caller, principal: { ...principal, roles: ['operator'] as const } };
    const decision = type === 'retry' ? { type } : { type, note: 'Seen to by hand.' };
    return settleRollback({ dispatch: engine.dispatch, clock }, operator, id, decision);
  };
  /** A parent that waits for ever after its child has booked a room. */
  const booked = async (steps: readonly object[] = [book('room')], more: object = { maxCost: 0.1 }) => {
    const id = await begin([sub('trip', steps, more), waits(['trip'])]);
    await engine.until(`workflow-${id}`, 'StepWaitStarted', 2);
    return { id, childId: childIdOf(id, 1, 'step_1', 1) };
  };
  /** Cancelled while what undoes the room does not say whom it is paid to be: nothing is signed. */
  const notUndone = async () => {
    const family = await booked();
    engine.world.payTo = 'SOMEBODY';
    await cancel(family.id);
    await engine.until(`workflow-${family.id}`, 'CompensationFailed');
    engine.world.payTo = 'PAYEE';
    return family;
  };
  const failures = (told: readonly string[]) =>
    told.filter((type) => /^Compensation(Failed|Restarted|Resolved|Completed)|RunClosed/.test(type));

  it('undoes its own parts in the same way, before what those stood on', async () => {
    const before = await account();
    const inner = sub('inner', [book('tour')], { maxCost: 0.05, dependsOn: ['room'] });
    const { id, childId } = await booked([book('room'), inner], { maxCost: 0.1 });
    const grandchildId = childIdOf(childId, 1, 'step_2', 1);
    const landed = engine.world.landed.size;
    await cancel(id);
    const parent = await settledRun(id);
    expect(parent).toMatchObject({ rollback: 'completed', totalCost: 80_000n });
    expect(await settledRun(grandchildId, 2)).toMatchObject({ runNo: 2, rollback: 'completed' });
    expect(await settledRun(childId, 2)).toMatchObject({ runNo: 2, totalCost: 40_000n });
    expect([...engine.world.landed.keys()].slice(landed)).toEqual([
      expect.stringContaining(paymentIdOf(grandchildId, 2, 'step_1undo')),
      expect.stringContaining(paymentIdOf(childId, 2, 'step_1undo')),
    ]);
    const after = await account();
    expect([before.available - after.available, after.held]).toEqual([80_000n, 0n]);
    for (const each of [childId, grandchildId]) await receipts(each, 2);
  });

  it('has its parent wait for an operator when it cannot be undone, and is tried again with it', async () => {
    const { id, childId } = await notUndone();
    const { state } = await engine.dispatch.load(workflow, id);
    expect(state).toMatchObject({ undos: { step_1: { error: { code: 'CHILD_NOT_UNDONE' } } } });
    await operate(id, 'retry');
    expect(await settledRun(id)).toMatchObject({ outcome: 'cancelled', rollback: 'completed' });
    expect(failures(await undone(childId))).toEqual([
      ...['RunClosed', 'CompensationFailed', 'CompensationRestarted', 'CompensationCompleted', 'RunClosed'],
    ]);
    expect((await account()).held).toBe(0n);
  });

  it('brings its parent to its end when an operator has it tried again by itself', async () => {
    const { id, childId } = await notUndone();
    await operate(childId, 'retry');
    expect(await settledRun(id)).toMatchObject({ rollback: 'completed', totalCost: 40_000n });
  });

  it('is resolved with its parent, which ends after it, and holds nothing any more', async () => {
    const { id, childId } = await notUndone();
    await operate(id, 'resolve');
    expect(await settledRun(id)).toMatchObject({ rollback: 'resolved', totalCost: 20_000n });
    expect(await settledRun(childId, 2)).toMatchObject({ runNo: 2, rollback: 'resolved' });
    expect((await account()).held).toBe(0n);
    const [, second] = await receipts(childId, 2);
    expect(second!.rollback).toEqual({ outcome: 'resolved', undone: [], notUndone: ['step_1'] });
    const [of] = await receipts(id, 1);
    expect(of!.rollback).toEqual({ outcome: 'resolved', undone: [], notUndone: ['step_1'] });
  });

  it('is left as it is where its step says how it is undone', async () => {
    const own = { maxCost: 0.1, compensation: { capability: 'refund', input: '{"text": "all of it"}' } };
    const { id, childId } = await booked([book('room')], own);
    await cancel(id);
    expect(await settledRun(id)).toMatchObject({ rollback: 'completed', totalCost: 40_000n });
    expect(await undone(childId)).not.toContain('RollbackRequested');
  });

  it('is left as it is where it did nothing that can be undone: a run that failed may go on with it', async () => {
    const { compensation: _none, ...harmless } = book('room');
    const broken = { key: 'broken', kind: 'data_transform', input: '$error("no")', dependsOn: ['trip'] };
    const id = await begin([sub('trip', [harmless], { maxCost: 0.1 }), broken]);
    expect(await settledRun(id)).toMatchObject({ outcome: 'failed' });
    expect(await undone(id)).toContain('RollbackNotNeeded');
    await engine.receiptOf(id);
    const parts = { dispatch: engine.dispatch, content: engine.content, clock };
    const again = await retryWorkflow(parts, engine.caller('user_01'), id, 'resume');
    expect(again).toMatchObject({ runNo: 2, mode: 'resume' });
    expect(await undone(childIdOf(id, 1, 'step_1', 1))).not.toContain('RollbackRequested');
  });

  it('is paid out of what is available where its parent holds nothing any more, within what was approved', async () => {
    const { id, childId } = await booked();
    const { state } = await engine.dispatch.load(workflow, id);
    const { holdId } = (state as { approval: { holdId: string } }).approval;
    await engine.dispatch.send(
      escrow,
      'user_01',
      { type: 'ReleaseHold', holdId },
      { commandId: 'released by hand', correlationId: 'user_01', actor: { type: 'system', id: 'test' } },
    );
    const before = await account();
    await cancel(id);
    expect(await settledRun(childId, 2)).toMatchObject({ rollback: 'completed', totalCost: 20_000n });
    const after = await account();
    expect([before.available - after.available, after.held]).toEqual([20_000n, 0n]);
  });

  it('is undone once, however often and late it is asked', async () => {
    const { id, childId } = await booked();
    await cancel(id);
    const task = {
      workflowId: id,
      runNo: 1,
      stepId: 'step_1',
      childId,
      act: 'undo',
      cause: 'again',
    } as const;
    const parts = { dispatch: engine.dispatch, clock };
    await Promise.all([1, 2, 3, 4].map(() => undo(parts, task)));
    await settledRun(id);
    await settledRun(childId, 2);
    const told = await undone(childId);
    await Promise.all([1, 2].map(() => undo(parts, task)));
    expect(await undone(childId)).toEqual(told);
    for (const type of ['RollbackRequested', 'StepCompensated'])
      expect(told.filter((each) => each === type)).toHaveLength(1);
    expect((await account()).held).toBe(0n);
  });
});
