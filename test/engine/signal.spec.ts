import { afterEach, describe, expect, it } from '@jest/globals';
import { workflow } from '../../src/commands/workflow/decide.js';
import { places } from '../../src/kernel/places.js';
import { retryWorkflow } from '../../src/requests/retry-workflow.js';
import { sendSignal } from '../../src/requests/send-signal.js';
import { MemoryEngine } from '../kit/memory-engine.js';

const HOUR = 3_600_000;
const clockAt = (start: string) => {
  const clock = { ms: Date.parse(start), now: () => clock.ms };
  return clock;
};
const BEGIN = '2026-01-02T00:00:00Z';

const plan = {
  steps: [
    { key: 'ask', kind: 'data_transform', input: '{"question": "Is 42 right?"}' },
    { key: 'said', kind: 'signal', dependsOn: ['ask'], signal: 'answer' },
    { key: 'more', kind: 'signal', signal: 'remark', for: HOUR, input: '{"remark": "none"}' },
    {
      key: 'end',
      kind: 'data_transform',
      dependsOn: ['ask', 'said', 'more'],
      input: '{"q": steps.ask.question, "a": steps.said.yes, "r": steps.more.remark}',
    },
  ],
};

describe('a run that waits for what people say', () => {
  let engine: MemoryEngine;
  afterEach(() => engine.stop());

  const begun = async (clock = clockAt(BEGIN), more: object = {}) => {
    engine = new MemoryEngine([], clock);
    await engine.start();
    const asked = { plan, maxTime: 20 * 24 * HOUR, autoApprove: true, ...more } as never;
    const id = await engine.create('user_01', asked);
    await engine.until(`workflow-${id}`, 'StepWaitStarted', 2);
    return { id, clock };
  };
  let calls = 0;
  const signal = (id: string, name: string, payload: unknown, signalId?: string) => {
    const principal = { userId: 'user_01', roles: [], scopes: [] } as never;
    const caller = { principal, callId: `call_${++calls}` };
    const { dispatch, content } = engine;
    const clock = { now: () => Date.parse(BEGIN) };
    const sent = { name, payload: payload as never, signalId };
    return sendSignal({ dispatch, content, clock }, caller, id, sent);
  };
  const outcome = async (id: string) => {
    await engine.until(`workflow-${id}`, 'RunClosed');
    const { state } = await engine.dispatch.load(workflow, id);
    if (state.status !== 'closed') throw new Error(state.status);
    if (!state.result) return { outcome: state.outcome, failure: state.failure?.code };
    const last = state.plan!.steps.at(-1)!.id;
    return engine.content.getJson(state.result.output, places.output(id, 1, last));
  };

  it('goes on with each signal as it comes, over a restart, and gives what they brought', async () => {
    const { id, clock } = await begun();
    expect(await signal(id, 'answer', { yes: 'It is.' })).toMatchObject({ stepId: 'step_3' });
    await engine.until(`workflow-${id}`, 'StepCompleted', 2);
    await engine.halt();
    engine = new MemoryEngine([], clock, engine);
    await engine.start();
    expect(await signal(id, 'remark', { remark: 'thanks' })).toMatchObject({ stepId: 'step_2' });
    expect(await outcome(id)).toMatchObject({ value: { q: 'Is 42 right?', a: 'It is.', r: 'thanks' } });
  });

  it('is told nothing twice: what came and was not taken is there when it is tried again', async () => {
    const steps = [
      { key: 'go', kind: 'signal', signal: 'go', for: HOUR },
      { key: 'said', kind: 'signal', signal: 'answer', dependsOn: ['go'] },
      { key: 'end', kind: 'data_transform', dependsOn: ['said'], input: 'steps.said' },
    ];
    const clock = clockAt(BEGIN);
    engine = new MemoryEngine([], clock);
    await engine.start();
    const asked = { plan: { steps }, maxTime: 20 * 24 * HOUR, autoApprove: true } as never;
    const id = await engine.create('user_01', asked);
    await engine.until(`workflow-${id}`, 'StepWaitStarted');
    await signal(id, 'answer', { yes: 'It is.' }, 'sig-1');
    clock.ms += HOUR;
    expect(await outcome(id)).toMatchObject({ failure: 'SIGNAL_TIMEOUT' });
    await engine.receiptOf(id);
    const { dispatch, content } = engine;
    await retryWorkflow({ dispatch, content, clock }, engine.caller('user_01'), id, 'resume');
    await engine.until(`workflow-${id}`, 'StepWaitStarted', 2);
    await expect(signal(id, 'answer', { yes: 'No.' }, 'sig-2')).rejects.toMatchObject({
      code: 'SIGNAL_NOT_AWAITED',
    });
    await signal(id, 'go', {});
    await engine.until(`workflow-${id}`, 'RunClosed', 2);
    const { state } = await engine.dispatch.load(workflow, id);
    if (state.status !== 'closed' || !state.result) throw new Error(state.status);
    const place = places.output(id, 2, state.plan!.steps.at(-1)!.id);
    expect(await content.getJson(state.result.output, place)).toMatchObject({ value: { yes: 'It is.' } });
  });

  it('goes on without the one it can do without, when its time is over', async () => {
    const { id, clock } = await begun();
    await signal(id, 'answer', { yes: 'no' });
    clock.ms += HOUR;
    expect(await outcome(id)).toMatchObject({ value: { a: 'no', r: 'none' } });
  });

  it('takes a signal sent again as the same one, and keeps its content from everybody', async () => {
    const { id } = await begun();
    const once = await signal(id, 'answer', { yes: 'psst' }, 'mine');
    const again = await signal(id, 'answer', { yes: 'another' }, 'mine');
    expect([once.stepId, again.stepId, again.revision >= once.revision]).toEqual(['step_3', 'step_3', true]);
    await signal(id, 'remark', { remark: 'psst' });
    expect(await outcome(id)).toMatchObject({ value: { a: 'psst', r: 'psst' } });
    const told: unknown[] = [];
    for await (const { event } of engine.store.read(`workflow-${id}`)) told.push(event);
    expect(told.filter((event) => (event as { type: string }).type === 'SignalReceived')).toHaveLength(2);
    expect(JSON.stringify(told)).not.toContain('psst');
  });

  it('carries a signal too large for an event by its address', async () => {
    const { id } = await begun();
    await signal(id, 'answer', { yes: 'x'.repeat(100_000) });
    await signal(id, 'remark', { remark: 1 });
    expect(await outcome(id)).toMatchObject({ value: { a: 'x'.repeat(100_000) } });
  });

  it('fails when what it cannot do without does not come before its deadline', async () => {
    const { id, clock } = await begun(clockAt(BEGIN), { maxTime: 2 * HOUR });
    clock.ms += 2 * HOUR;
    expect(await outcome(id)).toMatchObject({ outcome: 'failed', failure: 'TIMEOUT' });
  });
});
