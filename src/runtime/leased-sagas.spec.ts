import { describe, expect, it } from '@jest/globals';
import { gate, Seen } from '../../test/kit/gate.js';
import { MemoryCheckpointStore } from '../adapters/memory/checkpoint-store.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryTimerStore } from '../adapters/memory/timer-store.js';
import { type DomainEvent, eventId } from '../kernel/event.js';
import type { Move } from '../ports/checkpoints.js';
import type { Job, JobQueue } from '../ports/jobs.js';
import type { Saga } from '../sagas/reaction.js';
import { CommandHandler } from './command-handler.js';
import { HeldLease } from './held-lease.js';
import { LeasedSagas } from './leased-sagas.js';
import { type DirectJobs, Reactor } from './reactor.js';
import { SAGA_PARTS, shareOf } from './saga-share.js';

const silent = { info() {}, warn() {}, error() {} };
const at = '2026-01-02T03:04:05.678Z';
const clock = { now: () => Date.parse(at) };
const HOUR = 3_600_000;

/** Asks for one job for every event. */
const jobPerEvent: Saga = {
  name: 'job-per-event',
  handles: ['ApprovalExpired'],
  correlate: ({ metadata }) => metadata.correlationId,
  initial: undefined,
  evolve: () => undefined,
  react: ({ id, metadata: { correlationId } }) => [
    { do: 'job', job: { kind: 'step', priority: 'normal', id, correlationId, payload: {} } as Job },
  ],
};
const { partOf, checkpointOf } = shareOf(new Map());

class Checkpoints extends MemoryCheckpointStore {
  readonly refusals = new Seen<string>();
  override async save(moves: readonly Move[]): Promise<readonly string[]> {
    const refused = await super.save(moves);
    for (const one of refused) this.refusals.add(one);
    return refused;
  }
}

class World {
  readonly store = new MemoryEventStore();
  readonly checkpoints = new Checkpoints();
  readonly asked = new Seen<string>();

  /** A process; what its queue does is up to the test. */
  process(publish: (job: Job) => Promise<void> = async () => undefined, direct?: DirectJobs): LeasedSagas {
    const jobs: JobQueue = {
      publish: async (all) => {
        for (const job of all) {
          await publish(job);
          this.asked.add(job.correlationId);
        }
      },
      work: async () => ({ handOver: async () => undefined, stop: async () => undefined }),
      depth: async () => ({}),
    };
    const dispatch = new CommandHandler(this.store, clock);
    const chance = { random: () => 0 };
    const none = async () => undefined;
    const timers = new MemoryTimerStore();
    const reactor = new Reactor(dispatch, [], timers, jobs, none, clock, chance, 0, undefined, direct);
    return new LeasedSagas([jobPerEvent], this.store, this.checkpoints, reactor, silent);
  }

  async happens(...correlations: string[]): Promise<void> {
    for (const correlationId of correlations) {
      this.happened += 1;
      const commandId = `${correlationId} ${this.happened}`;
      const actor = { type: 'system', id: 'test' } as const;
      const metadata = { commandId, correlationId, causationId: commandId, actor, occurredAt: at };
      const event: DomainEvent = { type: 'ApprovalExpired', v: 1 };
      await this.store.append(
        `workflow-${correlationId}`,
        [{ id: eventId(commandId, 0), event, metadata }],
        'any',
      );
    }
  }

  checkpoint = (correlation: string) =>
    this.checkpoints.load(checkpointOf('job-per-event', partOf(correlation)));
  private happened = 0;
}

const lease = (part: number, epoch: number) =>
  new HeldLease({ resource: `saga/${part}`, epoch }, performance.now(), HOUR);
const parts = Array.from({ length: SAGA_PARTS }, (_, part) => part);
const resources = (numbers: readonly number[]) => numbers.map((part) => `saga/${part}`);
const runs = Array.from({ length: 60 }, (_, n) => `wf_${n}`);
const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Takes every job in hand until the test says it is kept, or somebody waits for that. */
class InHand implements DirectJobs {
  readonly begun = new Seen<string>();
  readonly repeated: boolean[] = [];
  private readonly held: { readonly of: string; readonly keep: (safe: boolean) => void }[] = [];

  async begin({ correlationId }: Job, mayBeRepeated: boolean) {
    const { opened, open } = gate<boolean>();
    this.held.push({ of: correlationId, keep: open });
    this.repeated.push(mayBeRepeated);
    this.begun.add(correlationId);
    return { kept: opened };
  }

  end(correlationId: string, safe = true): void {
    for (const { of, keep } of this.held) if (of === correlationId) keep(safe);
  }

  flush(): void {
    for (const { keep } of this.held) keep(true);
  }
}

describe('sagas under leases', () => {
  it('every correlation has one part, and every part its share of them', () => {
    const many = Array.from({ length: 16_000 }, (_, n) => `wf_01M7XT84SPH1Q5H23KTY${n.toString(36)}`);
    const sizes = parts.map((part) => many.filter((one) => partOf(one) === part).length);
    expect(Math.min(...sizes)).toBeGreaterThan(800);
    expect(Math.max(...sizes)).toBeLessThan(1_200);
  });

  it('two processes do together what one would do alone, and nothing twice', async () => {
    const world = new World();
    const [one, other] = [world.process(), world.process()];
    await one.take(parts.slice(0, 8).map((part) => lease(part, 1)));
    await other.take(parts.slice(8).map((part) => lease(part, 1)));
    await world.happens(...runs);
    await world.asked.count(runs.length);
    await Promise.all([one.giveUp(resources(parts)), other.giveUp(resources(parts))]);
    expect([...world.asked.all].sort()).toEqual([...runs].sort());
  });

  it('a part that changes hands in good order is gone on with where it was left', async () => {
    const world = new World();
    const [one, other] = [world.process(), world.process()];
    await one.take(parts.map((part) => lease(part, 1)));
    await world.happens(...runs);
    await world.asked.count(runs.length);
    const moved = parts.slice(0, 8);
    await one.giveUp(resources(moved));
    await other.take(moved.map((part) => lease(part, 2)));
    await world.happens(...runs);
    await world.asked.count(2 * runs.length);
    await Promise.all([one.giveUp(resources(parts)), other.giveUp(resources(parts))]);
    expect([...world.asked.all].sort()).toEqual([...runs, ...runs].sort());
  });

  it('who wakes up after another has taken over moves no checkpoint, and asks for nothing that was on its way', async () => {
    const world = new World();
    const frozen = gate();
    const reached = gate();
    const paused = world.process(async (job) => {
      if (job.correlationId !== 'wf_1') return;
      reached.open();
      await frozen.opened;
    });
    const mine = [lease(partOf('wf_1'), 1)];
    await paused.take(mine);
    await world.happens('wf_1', 'wf_1', 'wf_1');
    await reached.opened;

    const successor = world.process();
    await successor.take([lease(partOf('wf_1'), 2)]);
    await world.asked.count(3);
    await until(async () => (await world.checkpoint('wf_1')) === (await world.store.head()));

    // it wakes up: what it had sent is sent, for the queue to see that it has that id already; then it learns
    for (const one of mine) one.lose();
    frozen.open();
    await until(() => world.asked.all.length === 4);
    await paused.lose(resources([partOf('wf_1')]));
    await world.happens('wf_1');
    await world.asked.count(5);
    await until(async () => (await world.checkpoint('wf_1')) === (await world.store.head()));
    await successor.giveUp(resources(parts));
    expect(world.asked.all).toHaveLength(5);
  });

  it('who does not know yet that it was replaced is refused its checkpoint, and lets the part go', async () => {
    const world = new World();
    const [stale, successor] = [world.process(), world.process()];
    const part = partOf('wf_1');
    await stale.take([lease(part, 1)]);
    await successor.take([lease(part, 2)]);
    await world.happens('wf_1');
    // both did it, under one id: a queue or an aggregate takes it once
    await world.asked.count(2);
    await world.checkpoints.refusals.count(1);
    await world.happens('wf_1');
    await world.asked.count(3);
    await until(async () => (await world.checkpoint('wf_1')) === (await world.store.head()));
    await Promise.all([stale.giveUp(resources([part])), successor.giveUp(resources([part]))]);
    expect([world.asked.all.length, world.checkpoints.refusals.all]).toEqual([
      3,
      [checkpointOf('job-per-event', part)],
    ]);
  });

  it('waits while it does not know whether its lease has run out, and goes on when it was renewed', async () => {
    const world = new World();
    const process = world.process();
    const lapsed = new HeldLease(
      { resource: `saga/${partOf('wf_1')}`, epoch: 1 },
      performance.now() - HOUR,
      HOUR,
    );
    await process.take([lapsed]);
    await world.happens('wf_1');
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    expect(world.asked.all).toEqual([]);
    lapsed.renewed(performance.now(), HOUR);
    await world.asked.count(1);
    await process.giveUp(resources(parts));
  });

  it('what is in hand holds its checkpoint, and neither the next event of its run nor other parts', async () => {
    const world = new World();
    const hand = new InHand();
    const process = world.process(undefined, hand);
    const [first, other] = [runs[0]!, runs.find((run) => partOf(run) !== partOf(runs[0]!))!];
    await process.take(parts.map((part) => lease(part, 1)));
    const before = await world.store.head();
    await world.happens(first, first, other);
    await hand.begun.count(3);
    hand.end(other);
    const isMoved = async (run: string) => ![undefined, before].includes(await world.checkpoint(run));
    await until(() => isMoved(other));
    expect(await isMoved(first)).toBe(false);
    await process.giveUp(resources(parts));
    expect(await isMoved(first)).toBe(true);
    expect(world.asked.all).toEqual([]);
  });

  it('what was in hand and could not be kept is asked for again by the next holder, which is told so', async () => {
    const world = new World();
    const [hand, next] = [new InHand(), new InHand()];
    const process = world.process(undefined, hand);
    const run = runs[0]!;
    await process.take(parts.map((part) => lease(part, 1)));
    await world.happens(run);
    await hand.begun.count(1);
    hand.end(run, false);
    await process.giveUp(resources(parts));
    const successor = world.process(undefined, next);
    await successor.take(parts.map((part) => lease(part, 2)));
    await next.begun.count(1);
    await world.happens(run);
    await next.begun.count(2);
    expect([...hand.repeated, ...next.repeated]).toEqual([false, true, false]);
    await successor.giveUp(resources(parts));
  });
});
