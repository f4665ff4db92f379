import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { gate, Seen } from '../../test/kit/gate.js';
import { MemoryTimerStore } from '../adapters/memory/timer-store.js';
import type { HandedJob, Job } from '../ports/jobs.js';
import { GUARD } from '../ports/timers.js';
import { DirectSteps } from './direct-steps.js';

const NOW = 1_700_000_000_000;
const silent = { info() {}, warn() {}, error() {} };
const job: Job = {
  kind: 'step',
  priority: 'normal',
  id: 'step/wf_1/1/a/1',
  correlationId: 'wf_1',
  payload: { workflowId: 'wf_1', runNo: 1, stepId: 'a', attempt: 1 },
};
const owned = async (one: Job): Promise<Job> => ({ ...one, owner: 'ann', service: 'slow' });

/** One step at a time in hand, which ends when the test says how. */
function house({ isDue = true, isBegun = false, isAlone = false } = {}) {
  const timers = new MemoryTimerStore();
  const queued = new Seen<Job>();
  const end = gate<'done' | 'left'>();
  const taken: Job[] = [];
  const queue = {
    isAway: false,
    publish: async (jobs: readonly Job[]) => {
      if (queue.isAway) throw new Error('the queue is away');
      for (const one of jobs) queued.add(one);
    },
  };
  const direct = new DirectSteps(
    queue,
    owned,
    { isDue: async () => isDue, isBegun: async () => isBegun },
    timers,
    () => isAlone,
    { now: () => Date.now() },
    silent,
  );
  const worker = {
    handOver: async (one: Job): Promise<HandedJob> => {
      taken.push(one);
      return { ended: end.opened };
    },
  };
  const guards = async (at: number) =>
    (await timers.due(at, 10)).map(({ id, dueAt }) => ({ id, in: dueAt - NOW }));
  const later = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  return { direct, worker, end, taken, queue, queued, timers, guards, later };
}
const FOR_EVER = Number.MAX_SAFE_INTEGER;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a step that is handed to a worker of the same process', () => {
  it('is neither queued nor guarded, and kept when it is over', async () => {
    const { direct, worker, end, taken, queued, guards } = house();
    direct.use(worker);
    const begun = await direct.begin(job, false);
    let isKept = false;
    void begun!.kept.then(() => (isKept = true));
    await jest.advanceTimersByTimeAsync(1);
    expect(isKept).toBe(false);
    end.open('done');
    expect(await begun!.kept).toBe(true);
    expect(taken).toEqual([await owned(job)]);
    expect(queued.all).toEqual([]);
    expect(await guards(FOR_EVER)).toEqual([]);
    await direct.stop();
  });

  it('that takes long is kept by a guard, which queues it 8 seconds after the process was last heard of', async () => {
    const { direct, worker, guards, later, timers } = house();
    direct.use(worker);
    const begun = await direct.begin(job, false);
    await later(2_000);
    expect(await begun!.kept).toBe(true);
    await later(1_500);
    expect(await guards(NOW + 10_999)).toEqual([]);
    expect(await timers.due(NOW + 11_000, 1)).toEqual([
      { id: GUARD + job.id, dueAt: NOW + 11_000, action: { do: 'job', job: await owned(job) } },
    ]);
  });

  it('takes its guard with it when it is over', async () => {
    const { direct, worker, end, guards, later } = house();
    direct.use(worker);
    await direct.begin(job, false);
    await later(2_000);
    end.open('done');
    await later(100);
    expect(await guards(FOR_EVER)).toEqual([]);
    await direct.stop();
  });

  it('is guarded at once where somebody waits for it to be kept', async () => {
    const { direct, worker, guards } = house();
    direct.use(worker);
    const begun = await direct.begin(job, false);
    direct.flush();
    expect(await begun!.kept).toBe(true);
    expect(await guards(FOR_EVER)).toEqual([{ id: GUARD + job.id, in: 8_000 }]);
  });

  it('stays unkept while its guard cannot be stored, which is tried again', async () => {
    const { direct, worker, timers, later, guards } = house();
    direct.use(worker);
    const set = timers.set.bind(timers);
    timers.set = async () => {
      throw new Error('the store is away');
    };
    const begun = await direct.begin(job, false);
    let isKept = false;
    void begun!.kept.then(() => (isKept = true));
    await later(3_000);
    expect(isKept).toBe(false);
    timers.set = set;
    await later(1_000);
    expect(isKept).toBe(true);
    expect(await guards(FOR_EVER)).toEqual([{ id: GUARD + job.id, in: 12_000 }]);
  });

  it('is queued when it is left, and kept once it is', async () => {
    const { direct, worker, end, queue, queued, later } = house();
    direct.use(worker);
    queue.isAway = true;
    const begun = await direct.begin(job, false);
    let isKept = false;
    void begun!.kept.then(() => (isKept = true));
    end.open('left');
    await later(50);
    expect(isKept).toBe(false);
    queue.isAway = false;
    await later(200);
    expect(isKept).toBe(true);
    expect(queued.all).toEqual([await owned(job)]);
  });

  it('that is left by a process that stops and reaches no queue is not kept: the next one asks again', async () => {
    const { direct, worker, end, queue } = house();
    direct.use(worker);
    queue.isAway = true;
    const begun = await direct.begin(job, false);
    const stopped = direct.stop();
    end.open('left');
    await stopped;
    expect(await begun!.kept).toBe(false);
  });

  it('is not handed over again while it is in hand', async () => {
    const { direct, worker, taken } = house({ isBegun: true });
    direct.use(worker);
    const begun = await direct.begin(job, false);
    expect(await direct.begin(job, true)).toBe(begun);
    expect(taken).toHaveLength(1);
  });
});

describe('a step that may have been asked for before', () => {
  it('is queued when nobody has begun it: the queue knows whether it has it', async () => {
    const { direct, worker, taken, guards } = house({ isBegun: false });
    direct.use(worker);
    expect(await direct.begin(job, true)).toBeUndefined();
    expect(taken).toEqual([]);
    expect(await guards(FOR_EVER)).toEqual([]);
  });

  it("is nobody's affair any more when it is over", async () => {
    const { direct, queued, guards } = house({ isDue: false, isAlone: true });
    expect(await (await direct.begin(job, true))!.kept).toBe(true);
    expect(await guards(FOR_EVER)).toEqual([]);
    expect(queued.all).toEqual([]);
  });

  it('is given 8 seconds when somebody has begun it who may still be at it', async () => {
    const { direct, guards } = house({ isBegun: true });
    expect(await (await direct.begin(job, true))!.kept).toBe(true);
    expect(await guards(FOR_EVER)).toEqual([{ id: GUARD + job.id, in: 8_000 }]);
  });

  it('is queued at once when whoever has begun it is known to be gone', async () => {
    const { direct, guards } = house({ isBegun: true, isAlone: true });
    expect(await direct.begin(job, true)).toBeUndefined();
    expect(await guards(FOR_EVER)).toEqual([]);
  });
});

it('work that is no step, and steps of a process without a worker, are queued', async () => {
  const { direct, worker } = house();
  expect(await direct.begin(job, false)).toBeUndefined();
  direct.use(worker);
  expect(await direct.begin({ ...job, kind: 'plan' }, false)).toBeUndefined();
});
