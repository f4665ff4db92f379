import { describe, expect, it } from '@jest/globals';
import { Seen } from '../../test/kit/gate.js';
import {
  approve,
  create,
  diamond,
  fail,
  later,
  propose,
  start,
  startExecution,
  T0,
} from '../../test/kit/runs.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryTimerStore } from '../adapters/memory/timer-store.js';
import type { WorkflowCommand } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import { LIMITS } from '../kernel/limits.js';
import type { Job } from '../ports/jobs.js';
import type { Timer } from '../ports/timers.js';
import { CommandHandler } from './command-handler.js';
import { Reactor } from './reactor.js';
import { TimerRunner } from './timer-runner.js';

const silent = { info() {}, warn() {}, error() {} };

async function house(publish: (job: Job) => Promise<void> = async () => undefined) {
  const clock = { ms: Date.parse(T0), now: () => clock.ms };
  const store = new MemoryEventStore();
  const dispatch = new CommandHandler(store, clock);
  const timers = new MemoryTimerStore();
  const published = new Seen<string>();
  const jobs = {
    async publish(all: readonly Job[]) {
      for (const job of all) {
        await publish(job);
        published.add(job.id);
      }
    },
    work: async () => ({ handOver: async () => undefined, stop: async () => undefined }),
    depth: async () => ({}),
  };
  const chance = { random: () => 0.5 };
  const reactor = new Reactor(dispatch, [workflow], timers, jobs, async () => undefined, clock, chance);
  const runner = new TimerRunner(timers, reactor, jobs, clock, silent);
  let sent = 0;
  const tell = async (...commands: WorkflowCommand[]) => {
    for (const command of commands)
      await dispatch.send(workflow, 'wf_01', command, {
        commandId: `told ${++sent}`,
        correlationId: 'wf_01',
        actor: { type: 'system', id: 'test' },
      });
  };
  const events = async () => {
    const all = [];
    for await (const recorded of store.read('workflow-wf_01')) all.push(recorded);
    return all;
  };
  return { clock, timers, runner, tell, events, published };
}

const job = (id: string, dueAt: number): Timer => ({
  id,
  dueAt,
  action: { do: 'job', job: { kind: 'step', priority: 'normal', id, correlationId: 'wf_01', payload: {} } },
});
const command = (id: string, dueAt: number, content: { type: string } & Record<string, unknown>): Timer => ({
  id,
  dueAt,
  action: {
    do: 'command',
    category: 'workflow',
    aggregateId: 'wf_01',
    command: content,
    correlationId: 'wf_01',
  },
});
const ms = (seconds: number) => Date.parse(later(seconds));
const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await new Promise(setImmediate);
};

describe('a timer', () => {
  it('fires when its time has come, not before, and once', async () => {
    const { clock, timers, runner, published } = await house();
    await timers.set([job('soon', ms(1)), job('later', ms(60))]);
    clock.ms = ms(1);
    runner.start();
    await published.count(1);
    clock.ms = ms(59);
    await until(async () => (await timers.due(ms(59), 10)).length === 0);
    await runner.stop();
    expect(published.all).toEqual(['soon']);
    expect((await timers.due(ms(1e6), 10)).map(({ id }) => id)).toEqual(['later']);
  });

  it('that is to fire until it is cancelled is due again, and names each of its jobs anew', async () => {
    const { clock, timers, runner, published } = await house();
    const once = job('look', ms(1));
    await timers.set([{ ...once, action: { ...once.action, every: 60_000 } as Timer['action'] }]);
    clock.ms = ms(1);
    runner.start();
    await published.count(1);
    await runner.stop();
    expect(published.all).toEqual([`look/${ms(1)}`]);
    expect(await timers.due(ms(60), 10)).toEqual([]);
    expect(await timers.due(ms(61), 10)).toMatchObject([{ id: 'look', dueAt: ms(61) }]);
  });

  it('that is cancelled by what it leads to is not due again', async () => {
    const { clock, timers, runner, published } = await house(async ({ id }) =>
      timers.cancel([id.slice(0, 4)]),
    );
    const once = job('look', ms(1));
    await timers.set([{ ...once, action: { ...once.action, every: 60_000 } as Timer['action'] }]);
    clock.ms = ms(1);
    runner.start();
    await published.count(1);
    await runner.stop();
    expect(await timers.due(ms(1e6), 10)).toEqual([]);
  });

  it('sends its command stamped with the moment, and with a random number where one is needed', async () => {
    const { clock, timers, runner, tell, events } = await house();
    await tell(create(), propose(diamond), approve(diamond), startExecution(), start('step_1'));
    const { at: _at, random: _random, ...timeout } = fail('step_1');
    await timers.set([command('step', ms(30), timeout)]);
    clock.ms = ms(31);
    runner.start();
    await until(async () => (await events()).at(-1)?.event.type === 'StepRetryScheduled');
    await runner.stop();
    const [failed, retry] = (await events()).slice(-2);
    expect(failed?.event).toMatchObject({ failedAt: later(31) });
    expect(retry?.event).toMatchObject({ at: later(31.75) });
    expect(failed?.metadata.actor).toEqual({ type: 'timer', id: 'step' });
  });

  it('is never stamped before it was due, though the clock is set back meanwhile', async () => {
    const { clock, timers, runner, tell, events } = await house();
    await tell(create(), propose(diamond));
    const due = ms(LIMITS.approvalTtl / 1_000);
    await timers.set([command('offer', due, { type: 'ExpireApproval', requestId: 'apr_1' })]);
    let looks = 0;
    clock.now = () => (looks++ === 0 ? due : due - 5_000);
    runner.start();
    await until(async () => (await events()).some(({ event }) => event.type === 'RunClosed'));
    await runner.stop();
  });

  it('fired twice changes nothing the second time, also when the world has moved on between', async () => {
    const { clock, timers, runner, tell, events, published } = await house();
    await tell(create(), propose(diamond), approve(diamond), startExecution(), start('step_1'));
    const { at: _at, random: _random, ...failure } = fail('step_1');
    const timer = command('step', ms(1), failure);
    await timers.set([timer]);
    clock.ms = ms(2);
    runner.start();
    await until(async () => (await events()).at(-1)?.event.type === 'StepRetryScheduled');
    await tell({ type: 'RetryStep', at: later(3), runNo: 1, stepId: 'step_1', attempt: 2 });
    const before = (await events()).length;
    await timers.set([timer, job('after', ms(2))]);
    await published.count(1);
    await until(async () => (await timers.due(ms(1e6), 10)).length === 0);
    await runner.stop();
    expect((await events()).length).toBe(before);
  });

  it('whose command is refused is over', async () => {
    const { clock, timers, runner, published } = await house();
    await timers.set([command('nobody', ms(0), { type: 'EndDrain', runNo: 1 }), job('next', ms(0))]);
    clock.ms = ms(1);
    runner.start();
    await published.count(1);
    await runner.stop();
    expect(await timers.due(ms(1e6), 10)).toEqual([]);
  });

  it('that cannot be fired does not hold up the others, and is kept', async () => {
    const { clock, timers, runner, published } = await house(async ({ id }) => {
      if (id === 'poison') throw new Error('the queue does not take it');
    });
    await timers.set([job('poison', ms(0))]);
    clock.ms = ms(1);
    runner.start();
    await timers.set([job('one', ms(0))]);
    await published.count(1);
    await timers.set([job('two', ms(0))]);
    await published.count(2);
    await runner.stop();
    expect((await timers.due(ms(1e6), 10)).map(({ id }) => id)).toEqual(['poison']);
  });
});
