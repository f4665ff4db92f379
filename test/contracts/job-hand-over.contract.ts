import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '../../src/kernel/errors.js';
import type { Job, JobContext, JobFlow, JobLimits, JobWorker } from '../../src/ports/jobs.js';
import { gate, Seen } from '../kit/gate.js';
import type { JobQueueUnderTest } from './job-queue.contract.js';

const job = (id: string, owner: string, service: string): Job => ({
  kind: 'step',
  priority: 'normal',
  id,
  correlationId: 'wf_1',
  payload: {},
  owner,
  service,
});

/** One call at a time of the service `slow`; the others have no limit. */
class OneAtATime implements JobLimits {
  running = 0;
  private readonly listeners: Parameters<JobLimits['onRelease']>[0][] = [];
  onRelease: JobLimits['onRelease'] = (listener) => void this.listeners.push(listener);

  async admit({ service }: JobFlow): ReturnType<JobLimits['admit']> {
    if (service !== 'slow') return { admitted: true, permit: { release: () => undefined } };
    if (this.running > 0) return { admitted: false, because: 'service_concurrency', retryIn: 60_000 };
    this.running++;
    const release = () => {
      this.running--;
      for (const listener of this.listeners) listener({ service });
    };
    return { admitted: true, permit: { release } };
  }
}

/** @param open a fresh, empty queue with IMPATIENT timing */
export function jobHandOverContract(name: string, open: () => Promise<JobQueueUnderTest>): void {
  describe(`a job that is handed to a worker past the queue of ${name}`, () => {
    let under: JobQueueUnderTest;
    let queue: JobQueueUnderTest['queue'];
    const workers: JobWorker[] = [];
    const work = async (
      hands: number,
      handle: (one: Job, context: JobContext) => Promise<void>,
      limits?: JobLimits,
    ) => {
      const worker = await queue.work('step', hands, handle, limits);
      workers.push(worker);
      return worker;
    };

    beforeEach(async () => {
      under = await open();
      queue = under.queue;
    });
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
      await under.close();
    });

    it('is done once, shows as in flight meanwhile, and was never in the queue', async () => {
      const answer = gate();
      const seen = new Seen<[string, number]>();
      const worker = await work(1, async ({ id }, { delivery }) => {
        seen.add([id, delivery]);
        await answer.opened;
      });
      const handed = await worker.handOver(job('a', 'ann', 'any'));
      expect(await queue.depth()).toEqual({ step: 1, dead: 0 });
      expect(await queue.view.flows(10, 'ann')).toMatchObject([{ waiting: 0, inFlight: 1 }]);
      expect(await queue.view.flows(10, 'bob')).toEqual([]);
      expect(await queue.view.queues()).toMatchObject([{ kind: 'step', waiting: 0, inFlight: 1 }]);
      answer.open();
      expect(await handed!.ended).toBe('done');
      expect(await queue.depth()).toEqual({ dead: 0 });
      expect(seen.all).toEqual([['a', 1]]);
    });

    it('is not taken without a free hand, and takes one', async () => {
      const answer = gate();
      const worker = await work(2, () => answer.opened);
      const first = await worker.handOver(job('a', 'ann', 'any'));
      const [second, third] = await Promise.all([
        worker.handOver(job('b', 'ann', 'any')),
        worker.handOver(job('c', 'ann', 'any')),
      ]);
      expect([first, second, third].map((one) => one !== undefined)).toEqual([true, true, false]);
      answer.open();
      await Promise.all([first!.ended, second!.ended]);
      expect(await worker.handOver(job('d', 'ann', 'any'))).toBeDefined();
    });

    it('that fails is left to whoever handed it over', async () => {
      const worker = await work(1, async () => {
        throw new Refusal('BUSY', 'The store is busy.', {}, 'retryable');
      });
      expect(await (await worker.handOver(job('a', 'ann', 'any')))!.ended).toBe('left');
      expect(await queue.depth()).toEqual({ dead: 0 });
    });

    it('is left when the worker stops and its time is up, and none is taken any more', async () => {
      const seen = new Seen<boolean>();
      const worker = await work(2, async (_, { signal }) => {
        signal.addEventListener('abort', () => seen.add(true));
        await new Promise(() => undefined);
      });
      const handed = await worker.handOver(job('a', 'ann', 'any'));
      await worker.stop(0);
      expect(await handed!.ended).toBe('left');
      expect(seen.all).toEqual([true]);
      expect(await worker.handOver(job('b', 'ann', 'any'))).toBeUndefined();
    });

    it('takes a permit like any other, and is not taken where there is none', async () => {
      const answer = gate();
      const limits = new OneAtATime();
      const worker = await work(4, () => answer.opened, limits);
      const first = await worker.handOver(job('a', 'ann', 'slow'));
      expect(await worker.handOver(job('b', 'bob', 'slow'))).toBeUndefined();
      answer.open();
      await first!.ended;
      expect(limits.running).toBe(0);
      expect(await worker.handOver(job('c', 'bob', 'slow'))).toBeDefined();
    });

    it('overtakes nobody who waits for the same user or service, and does not wait for others', async () => {
      const answer = gate();
      const started = new Seen<string>();
      const limits = new OneAtATime();
      const worker = await work(
        4,
        async ({ id }) => {
          started.add(id);
          if (id !== 'any') await answer.opened;
        },
        limits,
      );
      await worker.handOver(job('running', 'ann', 'slow'));
      await queue.publish([job('waiting', 'bob', 'slow')]);
      const isTaken = async (owner: string) =>
        (await worker.handOver(job('any', owner, 'any'))) !== undefined;
      // until the worker has heard of it, and then until it has asked for it in vain
      while (await isTaken('bob')) await new Promise(setImmediate);
      while (!(await isTaken('cat'))) await new Promise(setImmediate);
      expect(await worker.handOver(job('b', 'cat', 'slow'))).toBeUndefined();
      expect(await isTaken('bob')).toBe(false);
      answer.open();
      while (!started.all.includes('waiting')) await new Promise(setImmediate);
    });
  });
}
