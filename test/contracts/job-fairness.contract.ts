import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '../../src/kernel/errors.js';
import type { Job, JobContext, JobFlow, JobLimits, JobWorker } from '../../src/ports/jobs.js';
import { gate, Seen } from '../kit/gate.js';
import type { JobQueueUnderTest } from './job-queue.contract.js';

const job = (id: string, more: Partial<Job> = {}): Job => ({
  kind: 'step',
  priority: 'normal',
  id,
  correlationId: 'wf_1',
  payload: {},
  ...more,
});
const batchOf = (owner: string, count: number, more: Partial<Job> = {}): Job[] =>
  Array.from({ length: count }, (_, n) => job(`${owner}/${more.service ?? ''}/${n}`, { owner, ...more }));

/** So many at once for each service, in this process. */
class Concurrency implements JobLimits {
  readonly running = new Map<string, number>();
  most = 0;
  private listener: Parameters<JobLimits['onRelease']>[0] = () => undefined;

  constructor(private readonly limit: number) {}

  async admit({ service = '' }: JobFlow): ReturnType<JobLimits['admit']> {
    const running = this.running.get(service) ?? 0;
    if (running >= this.limit) return { admitted: false, because: 'service_concurrency', retryIn: 60_000 };
    this.running.set(service, running + 1);
    this.most = Math.max(this.most, running + 1);
    const release = () => {
      this.running.set(service, this.running.get(service)! - 1);
      this.listener({ service });
    };
    return { admitted: true, permit: { release } };
  }

  onRelease(listener: Parameters<JobLimits['onRelease']>[0]): void {
    this.listener = listener;
  }
}

/** @param open a fresh, empty queue with IMPATIENT timing */
export function jobFairnessContract(name: string, open: () => Promise<JobQueueUnderTest>): void {
  describe(`the fairness of the job queue of ${name}`, () => {
    let under: JobQueueUnderTest;
    let queue: JobQueueUnderTest['queue'];
    const workers: JobWorker[] = [];
    const work = async (
      hands: number,
      handle: (one: Job, context: JobContext) => Promise<void>,
      limits?: JobLimits,
    ) => workers.push(await queue.work('step', hands, handle, limits));
    const untilEmpty = async () => {
      while (JSON.stringify(await queue.depth()) !== '{"dead":0}') await new Promise(setImmediate);
    };

    beforeEach(async () => {
      under = await open();
      queue = under.queue;
    });
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
      await under.close();
    });

    it('gives the one job of a user the next hand, though another has a thousand waiting', async () => {
      const order: string[] = [];
      const seen = new Seen<string>();
      await queue.publish(batchOf('batch', 1_000));
      await work(1, async ({ id, owner }) => {
        order.push(owner ?? '');
        if (order.length === 20) await queue.publish([job('single', { owner: 'single' })]);
        if (id === 'single') seen.add(id);
      });
      await seen.count(1);
      expect(order.indexOf('single')).toBeLessThanOrEqual(24);
    });

    it('lets users take turns, and jobs of one user keep their order', async () => {
      const seen = new Seen<string>();
      await queue.publish([...batchOf('a', 3), ...batchOf('b', 3)]);
      await work(1, async ({ id }) => seen.add(id));
      const order = await seen.count(6);
      for (const owner of ['a', 'b'])
        expect(order.filter((id) => id.startsWith(owner))).toEqual(batchOf(owner, 3).map(({ id }) => id));
      for (const pair of [0, 2, 4]) expect(new Set([order[pair]![0], order[pair + 1]![0]]).size).toBe(2);
    });

    it('does not let jobs that are given back again and again keep others waiting', async () => {
      const order: string[] = [];
      const seen = new Seen<string>();
      const storm = batchOf('storm', 100);
      await queue.publish(storm);
      await work(2, async ({ owner }, { delivery }) => {
        order.push(owner!);
        if (order.length === 150) await queue.publish([job('calm', { owner: 'calm' })]);
        if (owner === 'calm') return seen.add('calm');
        if (delivery < 4) throw new Refusal('BUSY', 'The service is busy.', {}, 'retryable');
      });
      await seen.count(1);
      expect(order.indexOf('calm')).toBeLessThanOrEqual(156);
    });

    it('never starts more than the limits admit, and loses no delivery by waiting', async () => {
      const limits = new Concurrency(2);
      const seen = new Seen<number>();
      await queue.publish([
        ...batchOf('a', 15, { service: 'slow' }),
        ...batchOf('b', 15, { service: 'slow' }),
      ]);
      await work(
        10,
        async (_, { delivery }) => {
          await new Promise(setImmediate);
          seen.add(delivery);
        },
        limits,
      );
      expect(await seen.count(30)).toEqual(Array(30).fill(1));
      expect(limits.most).toBe(2);
      await untilEmpty();
      expect([...limits.running.values()]).toEqual([0]);
    });

    it('lets users take turns at a service that has as many calls as it may', async () => {
      const [started, finish] = [gate(), gate()];
      const seen = new Seen<string>();
      await queue.publish(batchOf('batch', 40, { service: 'slow' }));
      await work(
        20,
        async ({ owner }) => {
          seen.add(owner!);
          started.open();
          await finish.opened;
        },
        new Concurrency(2),
      );
      await started.opened;
      await queue.publish(batchOf('single', 1, { service: 'slow' }));
      while ((await queue.view.flows(10, 'single')).length === 0) await new Promise(setImmediate);
      finish.open();
      expect((await seen.count(41)).indexOf('single')).toBeLessThanOrEqual(6);
      await untilEmpty();
    });

    it('leaves its hands to others while a service has as many calls as it may', async () => {
      const [first, finish] = [gate(), gate()];
      const seen = new Seen<string>();
      await queue.publish(batchOf('a', 5, { service: 'slow' }));
      await work(
        2,
        async ({ service, id }) => {
          if (service !== 'slow') return seen.add(id);
          first.open();
          await finish.opened;
        },
        new Concurrency(1),
      );
      await first.opened;
      await queue.publish(batchOf('a', 3, { service: 'quick' }));
      expect(await seen.count(3)).toHaveLength(3);
      finish.open();
      await untilEmpty();
    });

    it('takes whatever stands in a user or service id for an id', async () => {
      const odd = { owner: 'a.b > * ü☃', service: 'https://x.example/?a=b c' };
      const seen = new Seen<Job>();
      await queue.publish([job('odd', odd), job('long', { owner: 'x'.repeat(500) })]);
      expect((await queue.view.flows(10)).map(({ flow }) => flow.owner)).toContain(odd.owner);
      await work(2, async (one) => seen.add(one));
      expect((await seen.count(2)).map(({ id }) => id).sort()).toEqual(['long', 'odd']);
    });

    it('tells what waits and is in flight by flow, the largest first', async () => {
      const [started, finish] = [gate(), gate()];
      await queue.publish([...batchOf('a', 3, { service: 's1' }), ...batchOf('b', 2)]);
      await work(1, async ({ owner }) => {
        if (owner !== 'a') return;
        started.open();
        await finish.opened;
      });
      await started.opened;
      const [largest, ...rest] = await queue.view.flows(1);
      expect(rest).toEqual([]);
      expect(largest).toEqual({
        flow: { key: expect.any(String), kind: 'step', priority: 'normal', owner: 'a', service: 's1' },
        waiting: 2,
        inFlight: 1,
        oldestAt: expect.stringMatching(/^20.*Z$/),
      });
      expect((await queue.view.flows(10, 'b')).map(({ flow, waiting }) => [flow.owner, waiting])).toEqual([
        ['b', 2],
      ]);
      expect((await queue.view.flows(10, 'a')).map(({ flow, inFlight }) => [flow.service, inFlight])).toEqual(
        [['s1', 1]],
      );
      expect(await queue.view.flows(10, 'nobody')).toEqual([]);
      finish.open();
      await untilEmpty();
    });

    it('shares jobs of many users among workers, each job to one', async () => {
      const seen = new Seen<string>();
      await work(3, async ({ id }) => seen.add(id));
      await work(3, async ({ id }) => seen.add(id));
      const jobs = ['a', 'b', 'c', 'd', 'e'].flatMap((owner) => batchOf(owner, 20));
      await queue.publish(jobs);
      await seen.count(100);
      await untilEmpty();
      expect(new Set(seen.all).size).toBe(100);
      expect(seen.all).toHaveLength(100);
    });
  });
}
