import { describe, expect, it } from '@jest/globals';
import { gate, Seen } from '../../test/kit/gate.js';
import { MemoryCheckpointStore } from '../adapters/memory/checkpoint-store.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryTimerStore } from '../adapters/memory/timer-store.js';
import { escrow } from '../commands/escrow/decide.js';
import { payment } from '../commands/payment/decide.js';
import { workflow } from '../commands/workflow/decide.js';
import { eventCatalogue } from '../events/catalogue.js';
import { Refusal } from '../kernel/errors.js';
import { type DomainEvent, eventId } from '../kernel/event.js';
import { toMicros } from '../kernel/money.js';
import type { Job, JobQueue } from '../ports/jobs.js';
import type { Saga } from '../sagas/reaction.js';
import { settleEscrow } from '../sagas/settle-escrow.js';
import { CommandHandler } from './command-handler.js';
import { Reactor } from './reactor.js';
import { SagaRunner } from './saga-runner.js';

const at = '2026-01-02T03:04:05.678Z';
const clock = { now: () => Date.parse(at) };
const silent = { info() {}, warn() {}, error() {} };

/** Asks for one job for every captured payment; what the queue does is up to the test. */
const jobPerCapture: Saga = {
  name: 'job-per-capture',
  handles: ['HoldCaptured'],
  correlate: ({ metadata }) => metadata.correlationId,
  initial: undefined,
  evolve: () => undefined,
  react: ({ event, metadata }) => {
    const { paymentId } = event as DomainEvent & { paymentId: string };
    const job: Job = {
      kind: 'step',
      priority: 'normal',
      id: paymentId,
      correlationId: metadata.correlationId,
      payload: {},
    };
    return [
      { do: 'job', job },
      { do: 'cancel-timers', ids: [`timer of ${paymentId}`] },
    ];
  },
};

function house(publish: (job: Job) => Promise<void> = async () => undefined) {
  const errors: object[] = [];
  const log = { ...silent, error: (its: object) => void errors.push(its) };
  const store = new MemoryEventStore();
  const checkpoints = new MemoryCheckpointStore();
  const published = new Seen<string>();
  const jobs: JobQueue = {
    async publish(all) {
      for (const job of all) {
        await publish(job);
        published.add(job.id);
      }
    },
    work: async () => ({ handOver: async () => undefined, stop: async () => undefined }),
    depth: async () => ({}),
  };
  const timers = new MemoryTimerStore();
  const dispatch = new CommandHandler(store, clock);
  const run = (saga: Saga, at: typeof checkpoints = checkpoints) =>
    new SagaRunner(
      saga,
      store,
      at,
      new Reactor(dispatch, [escrow, workflow, payment], timers, jobs, async () => undefined, clock, {
        random: () => 0,
      }),
      log,
    );
  let appended = 0;
  const happened = async (
    type: string,
    changes: object,
    correlationId = 'wf_01',
    stream = 'escrow-user_01',
  ) => {
    const sample = Object.values(eventCatalogue)
      .flat()
      .find((each) => each.type === type)!.sample as DomainEvent;
    const commandId = `happened ${++appended}`;
    const metadata = {
      commandId,
      correlationId,
      causationId: commandId,
      actor: { type: 'system', id: 'test' },
      occurredAt: at,
    } as const;
    await store.append(
      stream,
      [{ id: eventId(commandId, 0), event: { ...sample, ...changes }, metadata }],
      'any',
    );
    return store.head();
  };
  const captured = (paymentId: string, correlationId?: string) =>
    happened('HoldCaptured', { paymentId }, correlationId);
  return { store, checkpoints, published, timers, dispatch, run, happened, captured, errors };
}

describe('a saga', () => {
  it('goes on after its checkpoint', async () => {
    const { run, captured, published, checkpoints } = house();
    await captured('pay_1');
    const first = run(jobPerCapture);
    await first.start();
    await published.count(1);
    await first.stop();
    const end = await captured('pay_2');
    const second = run(jobPerCapture);
    await second.start();
    await published.count(2);
    await second.stop();
    expect(published.all).toEqual(['pay_1', 'pay_2']);
    expect(await checkpoints.load('saga/job-per-capture')).toBe(end);
  });

  it('that crashes between a reaction and its checkpoint repeats it, and nothing is doubled', async () => {
    const { run, dispatch, store, happened } = house();
    const context = (commandId: string) => ({
      commandId,
      correlationId: 'wf_01',
      actor: { type: 'system', id: 'test' } as const,
    });
    const account = { userId: 'user_01', wallet: 'W', network: 'n', asset: 'a', at };
    const deposit = { signature: 'S', amount: toMicros(90_000n) };
    const hold = { holdId: 'hold_1', amount: toMicros(60_000n), purpose: 'wf_01' };
    for (const [index, command] of [
      { type: 'OpenEscrowAccount', ...account } as const,
      { type: 'SubmitDeposit', ...deposit, at, expiresAt: at } as const,
      { type: 'ConfirmDeposit', ...deposit, slot: 1n } as const,
      { type: 'PlaceHold', ...hold, at, expiresAt: '2027-01-01T00:00:00.000Z' } as const,
    ].entries())
      await dispatch.send(escrow, 'user_01', command, context(`given ${index}`));
    await happened('PaymentConfirmed', { userId: 'user_01' }, 'wf_01', 'payment-pay_1');
    await happened('RunClosed', { userId: 'user_01' }, 'wf_01', 'workflow-wf_01');

    const typesAfter = async (crashes: number) => {
      for (let crash = 0; crash < crashes; crash++) {
        const lost = new MemoryCheckpointStore();
        const runner = run(settleEscrow, lost);
        await runner.start();
        while ((await types()).at(-1) !== 'HoldReleased') await new Promise(setImmediate);
        await runner.stop();
      }
      return types();
    };
    const types = async () => {
      const all: string[] = [];
      for await (const { event } of store.read('escrow-user_01', { from: 3 })) all.push(event.type);
      return all;
    };
    expect(await typesAfter(3)).toEqual(['HoldPlaced', 'HoldCaptured', 'HoldReleased']);
  });

  it('keeps the order within one correlation and lets others pass', async () => {
    const slow = gate();
    const { run, captured, published } = house((job) =>
      job.id === 'pay_1' ? slow.opened : Promise.resolve(),
    );
    // the queue writes in batches: the slow one must be in a batch of its own
    const runner = run(jobPerCapture);
    await runner.start();
    await captured('pay_1', 'wf_01');
    await new Promise(setImmediate);
    await captured('pay_2', 'wf_01');
    slow.open();
    await published.count(2);
    expect(published.all).toEqual(['pay_1', 'pay_2']);
    await runner.stop();
  });

  it('never moves its checkpoint past a reaction that has not ended', async () => {
    const never = gate();
    let failing = true;
    const { run, captured, published, checkpoints } = house(async (job) => {
      if (job.id === 'pay_2' && failing) {
        never.open();
        throw new Error('the queue is away');
      }
    });
    const first = await captured('pay_1', 'wf_01');
    const runner = run(jobPerCapture);
    await runner.start();
    await published.count(1);
    await captured('pay_2', 'wf_02');
    await captured('pay_3', 'wf_03');
    await never.opened;
    await runner.stop();
    const reached = await checkpoints.load('saga/job-per-capture');
    expect(reached === undefined || reached <= first).toBe(true);
    failing = false;
    const again = run(jobPerCapture);
    await again.start();
    while (!published.all.includes('pay_2')) await new Promise(setImmediate);
    await again.stop();
  });

  it('goes on after a terminal refusal: the world has moved on since the event', async () => {
    const { run, captured, published, checkpoints } = house(async (job) => {
      if (job.id === 'pay_1') throw new Refusal('NO', 'That is not possible any more.');
    });
    await captured('pay_1');
    const runner = run(jobPerCapture);
    await runner.start();
    const end = await captured('pay_2');
    await published.count(1);
    await runner.stop();
    expect(published.all).toEqual(['pay_2']);
    expect(await checkpoints.load('saga/job-per-capture')).toBe(end);
  });

  it.each([
    ['that a newer program wrote', { v: 99 }, jobPerCapture],
    [
      'that it fails at',
      {},
      {
        ...jobPerCapture,
        react: (recorded, state) => {
          if ((recorded.event as { paymentId?: string }).paymentId === 'pay_1') throw new Error('a bug');
          return jobPerCapture.react(recorded, state);
        },
      } satisfies Saga,
    ],
  ])(
    'keeps an event %s for a program that can react to it, and goes on with all others',
    async (_what, changes, saga) => {
      const { run, happened, captured, published, checkpoints, errors } = house();
      await happened('HoldCaptured', { paymentId: 'pay_1', ...changes }, 'wf_01');
      await captured('pay_2', 'wf_02');
      const runner = run(saga);
      await runner.start();
      await published.count(1);
      await captured('pay_3', 'wf_03');
      await published.count(2);
      await runner.stop();
      expect(published.all).toEqual(['pay_2', 'pay_3']);
      expect(errors).toEqual([
        expect.objectContaining({ saga: saga.name, stream: 'escrow-user_01', revision: 0 }),
      ]);
      expect(await checkpoints.load('saga/job-per-capture')).toBeUndefined();
      if ('v' in changes) return;
      const mended = run(jobPerCapture);
      await mended.start();
      await published.count(5);
      await mended.stop();
      expect(published.all.slice(2)).toEqual(expect.arrayContaining(['pay_1', 'pay_2', 'pay_3']));
    },
  );

  it('stops although more is under way than it takes at once, and nothing of it can be done', async () => {
    const asked = gate();
    const { run, captured } = house(async () => {
      asked.open();
      throw new Error('the queue is away');
    });
    for (let n = 0; n < 2_100; n++) await captured(`pay_${n}`, `wf_${n}`);
    const runner = run(jobPerCapture);
    await runner.start();
    await asked.opened;
    await runner.stop();
  });

  it('takes a checkpoint whose save was answered by a lost connection for saved', async () => {
    class Deaf extends MemoryCheckpointStore {
      deaf = 1;
      override async save(...args: Parameters<MemoryCheckpointStore['save']>) {
        const refused = await super.save(...args);
        if (this.deaf-- > 0) throw new Error('connection lost');
        return refused;
      }
    }
    const deaf = new Deaf();
    const { run, captured, published } = house();
    await captured('pay_1');
    const runner = run(jobPerCapture, deaf);
    await runner.start();
    await published.count(1);
    while (deaf.deaf > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const end = await captured('pay_2');
    await published.count(2);
    await runner.stop();
    expect(await deaf.load('saga/job-per-capture')).toBe(end);
  });
});
