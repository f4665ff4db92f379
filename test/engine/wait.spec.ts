import { afterEach, describe, expect, it } from '@jest/globals';
import { workflow } from '../../src/commands/workflow/decide.js';
import { places } from '../../src/kernel/places.js';
import { MemoryEngine } from '../kit/memory-engine.js';

const DAY = 24 * 3_600_000;

/** The clock stands unless the test moves it: thirty days pass at once. */
const clockAt = (start: string) => {
  const clock = { ms: Date.parse(start), now: () => clock.ms };
  return clock;
};

const plan = {
  steps: [
    { key: 'ask', kind: 'data_transform', input: '{"pause": 20}' },
    { key: 'long', kind: 'wait', dependsOn: ['ask'], for: 20 * DAY },
    { key: 'short', kind: 'wait', dependsOn: ['ask'], input: '{"for": steps.ask.pause}' },
    { key: 'fixed', kind: 'wait', until: '2026-01-10T00:00:00Z' },
    { key: 'end', kind: 'data_transform', dependsOn: ['long', 'short', 'fixed'], input: 'steps.long.until' },
  ],
};

describe('a run that waits for weeks', () => {
  let engine: MemoryEngine;
  afterEach(() => engine.stop());

  const begun = async (clock: ReturnType<typeof clockAt>, body: object = {}) => {
    engine = new MemoryEngine([], clock);
    await engine.start();
    const asked = { plan, maxTime: 30 * DAY, autoApprove: true, ...body } as never;
    const workflowId = await engine.create('user_01', asked);
    return workflowId;
  };
  const statuses = async (workflowId: string) => {
    const { state } = await engine.dispatch.load(workflow, workflowId);
    const steps = state.status === 'closed' ? state.progress?.steps : 'steps' in state ? state.steps : {};
    return Object.values(steps ?? {}).map(({ status }) => status);
  };

  it('goes on when each time has come, over restarts, and ends with a receipt that holds', async () => {
    const clock = clockAt('2026-01-02T00:00:00Z');
    const workflowId = await begun(clock);
    await engine.until(`workflow-${workflowId}`, 'StepWaitStarted', 3);
    expect(await statuses(workflowId)).toEqual([
      'completed',
      'sleeping',
      'sleeping',
      'sleeping',
      'waiting',
      'waiting',
    ]);

    clock.ms += 20;
    await engine.until(`workflow-${workflowId}`, 'StepCompleted', 2);
    await engine.halt(); // and nothing runs for more than a week
    clock.ms = Date.parse('2026-01-12T00:00:00Z');
    engine = new MemoryEngine([], clock, engine);
    await engine.start();
    await engine.until(`workflow-${workflowId}`, 'StepCompleted', 3);
    expect((await statuses(workflowId)).filter((status) => status === 'sleeping')).toHaveLength(1);

    clock.ms = Date.parse('2026-01-22T00:00:00.020Z');
    await engine.until(`workflow-${workflowId}`, 'RunClosed');
    const { state } = await engine.dispatch.load(workflow, workflowId);
    if (state.status !== 'closed') throw new Error(state.status);
    const last = state.plan!.steps.at(-1)!.id;
    expect(await engine.content.getJson(state.result!.output, places.output(workflowId, 1, last))).toEqual({
      mediaType: 'application/json',
      value: '2026-01-22T00:00:00.000Z',
    });
    expect(await engine.objections(await engine.receiptOf(workflowId))).toEqual([]);
  });

  it('is cancelled at once, and leaves no timer that waits for its time', async () => {
    const clock = clockAt('2026-01-02T00:00:00Z');
    const workflowId = await begun(clock);
    await engine.until(`workflow-${workflowId}`, 'StepWaitStarted', 3);
    const command = { type: 'CancelWorkflow', at: '2026-01-02T00:00:00.000Z', by: 'user_01' } as const;
    const context = {
      commandId: 'cancel',
      correlationId: workflowId,
      actor: { type: 'user', id: 'user_01' },
    } as const;
    await engine.dispatch.send(workflow, workflowId, command, context);
    await engine.until(`workflow-${workflowId}`, 'RunClosed');
    const wakes = async (year: number) => {
      const left = await engine.timers.due(clock.ms + year * 365 * DAY, 100);
      return left.filter(({ id }) => id.endsWith('/wake'));
    };
    for (let year = 1; (await wakes(year)).length > 0; year++) await new Promise(setImmediate);
    expect(await statuses(workflowId)).toEqual([
      'completed',
      ...Array(3).fill('cancelled'),
      'waiting',
      'waiting',
    ]);
  });

  it('that takes longer than it may is refused with its plan', async () => {
    const workflowId = await begun(clockAt('2026-01-02T00:00:00Z'), { maxTime: 10 * DAY }).catch(
      (error) => error,
    );
    const { state } = await engine.dispatch.load(workflow, workflowId);
    expect(state).toMatchObject({ status: 'closed', failure: { code: 'PLAN_OVER_TIME' } });
  });

  it('whose wait is known too late to be too long fails when it begins', async () => {
    const steps = [{ key: 'w', kind: 'wait', until: '2026-01-20T00:00:00Z' }];
    const workflowId = await begun(clockAt('2026-01-02T00:00:00Z'), { plan: { steps }, maxTime: 10 * DAY });
    await engine.until(`workflow-${workflowId}`, 'RunClosed');
    const { state } = await engine.dispatch.load(workflow, workflowId);
    expect(state).toMatchObject({ outcome: 'failed', failure: { code: 'WAIT_TOO_LONG' } });
  });
});
