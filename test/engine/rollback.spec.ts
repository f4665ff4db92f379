import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { settleRollback } from '../../src/requests/settle-rollback.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { input, offer, usdc } from '../kit/offers.js';

const service = { price: usdc(20_000n), payTo: 'PAYEE', network: 'n', asset: 'USDC' };
const offers = [
  offer('book', { ...service, capability: 'booking', inputs: [input('text', 'text')], output: 'json' }),
  offer('cancel', { ...service, capability: 'cancelling', inputs: [input('text', 'text')], output: 'json' }),
  offer('unbook', { ...service, capability: 'refund', inputs: [input('text', 'text')], output: 'json' }),
];

const book = (key: string, dependsOn: readonly string[] = []) => ({
  key,
  kind: 'service_call',
  capability: 'booking',
  dependsOn,
  input: '{"text": "book"}',
});
const here = (key: string, dependsOn: readonly string[], expression: string, undoing?: string) => ({
  key,
  kind: 'data_transform',
  dependsOn,
  input: expression,
  ...(undoing !== undefined && { compensation: { input: undoing } }),
});
const broken = (dependsOn: readonly string[]) => here('broken', dependsOn, '$error("it cannot")');

describe('a run that fails after it did something, on real sagas, workers and payments', () => {
  const engine = new MemoryEngine(offers);
  beforeAll(async () => {
    await engine.start();
    await engine.fund('user_01', 1_000_000n);
  });
  afterAll(() => engine.stop());

  const begin = async (...steps: readonly object[]) => {
    const id = await engine.create('user_01', { plan: { steps } as never });
    await engine.until(`workflow-${id}`, 'ApprovalRequested');
    await engine.approve('user_01', id);
    return id;
  };
  const account = async () => {
    const { state } = await engine.dispatch.load(escrow, 'user_01');
    if (state.status !== 'open') throw new Error('no account');
    return state;
  };
  const undoing = (told: readonly string[]) => told.filter((type) => /ompensat|Closed|Settled/.test(type));

  it('T26, T29, T32 undoes it by the calls and expressions of its plan, pays each once, and settles', async () => {
    const landed = engine.world.landed.size;
    const id = await begin(
      { ...book('room'), compensation: { capability: 'refund', input: '{"text": steps.room.trend}' } },
      here('note', ['room'], '{"kept": steps.room}', 'steps.note.kept'),
      broken(['note']),
    );
    const settled = await engine.until(`workflow-${id}`, 'WorkflowSettled');
    expect(undoing(await engine.told(`workflow-${id}`))).toEqual([
      'CompensationStarted',
      'StepCompensationScheduled',
      'StepCompensated',
      'StepCompensationScheduled',
      'StepCompensationStarted',
      'StepCompensated',
      'CompensationCompleted',
      'RunClosed',
      'WorkflowSettled',
    ]);
    expect(engine.world.landed.size - landed).toBe(2);
    expect(settled.event).toMatchObject({ actual: '40000' });
    const { held, captured } = await account();
    expect([held, captured]).toEqual([0n, 40_000n]);
    const { state } = await engine.dispatch.load(workflow, id);
    expect(state).toMatchObject({ outcome: 'failed', rollback: 'completed', totalCost: 40_000n });
    expect(await engine.objections(await engine.receiptOf(id))).toEqual([]);
  });

  it('A37 holds what undoing may cost, and gives it back when nothing is undone', async () => {
    const before = availableOf(await account());
    const compensation = { capability: 'refund', input: '{"text": "no"}' };
    const id = await begin({ ...book('room'), compensation });
    const { approval } = (await engine.dispatch.load(workflow, id)).state as never as {
      approval: { budget: string };
    };
    expect(approval.budget).toBe('40000');
    await engine.until(`workflow-${id}`, 'WorkflowSettled');
    expect(before - availableOf(await account())).toBe(20_000n);
  });

  it('T31, T33, T35 whose undoing fails waits for an operator, who resolves it', async () => {
    const id = await begin(
      here('first', [], '1', '$error("it cannot be undone")'),
      here('second', ['first'], '2', '3'),
      broken(['second']),
    );
    await engine.until(`workflow-${id}`, 'CompensationFailed');
    const parts = { dispatch: engine.dispatch, clock: { now: () => Date.now() } };
    const resolve = { type: 'resolve', note: 'Done by hand.' } as const;
    await expect(settleRollback(parts, engine.caller('user_01'), id, resolve)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const { principal, ...caller } = engine.caller('user_operator');
    const operator = { ...caller, principal: { ...principal, roles: ['operator'] as const } };
    await settleRollback(parts, operator, id, resolve);
    await engine.until(`workflow-${id}`, 'WorkflowSettled');
    expect(undoing(await engine.told(`workflow-${id}`))).toEqual([
      'CompensationStarted',
      'StepCompensationScheduled',
      'StepCompensated',
      'StepCompensationScheduled',
      'StepCompensationFailed',
      'CompensationFailed',
      'CompensationResolved',
      'RunClosed',
      'WorkflowSettled',
    ]);
  });

  it('T30 is undone by a service that is left alone for a while when it is no longer', async () => {
    const before = await engine.breakers.load('cancel');
    const until = Date.now() + 1_500;
    await engine.breakers.save('cancel', { is: 'open', until }, before.version);
    const id = await begin(
      { ...book('room'), compensation: { capability: 'cancelling', input: '{"text": steps.room.trend}' } },
      broken(['room']),
    );
    const later = await engine.until(`workflow-${id}`, 'StepCompensationRetryScheduled');
    const { at, error } = later.event as never as { at: string; error: { code: string } };
    expect(error.code).toBe('BREAKER_OPEN');
    expect(Date.parse(at)).toBeGreaterThanOrEqual(until);
    await engine.until(`workflow-${id}`, 'WorkflowSettled');
    expect((await engine.told(`workflow-${id}`)).filter((type) => type === 'StepCompensated')).toHaveLength(
      1,
    );
    expect((await engine.breakers.load('cancel')).breaker.is).toBe('closed');
  });

  it('I8 is undone once though every message about it comes twice', async () => {
    const id = await begin(
      { ...book('room'), compensation: { input: '{"text": "undo"}' } },
      broken(['room']),
    );
    await engine.until(`workflow-${id}`, 'WorkflowSettled');
    const landed = engine.world.landed.size;
    const task = { workflowId: id, runNo: 1, stepId: 'step_1', attempt: 1, undo: true } as const;
    for (const again of [task, { ...task, unclaimed: true } as const])
      await engine.steps.run(again, new AbortController().signal);
    expect(engine.world.landed.size).toBe(landed);
    expect((await engine.told(`workflow-${id}`)).filter((type) => type === 'StepCompensated')).toHaveLength(
      1,
    );
  });
});
