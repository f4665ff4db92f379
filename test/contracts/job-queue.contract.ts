import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JobTiming } from '../../src/adapters/job-timing.js';
import { Refusal } from '../../src/kernel/errors.js';
import { LIMITS } from '../../src/kernel/limits.js';
import type { DeadLetters, Job, JobContext, JobQueue, JobWorker, QueueView } from '../../src/ports/jobs.js';
import { gate, Seen } from '../kit/gate.js';
import { deadLettersContract } from './dead-letters.contract.js';
import { jobFairnessContract } from './job-fairness.contract.js';
import { jobHandOverContract } from './job-hand-over.contract.js';

export const IMPATIENT: JobTiming = { ackWaitMs: 600, retryDelayMs: () => 5 };

export interface JobQueueUnderTest {
  readonly queue: JobQueue & { readonly dead: DeadLetters; readonly view: QueueView };
  close(): Promise<void>;
}

const job = (id: string, more: Partial<Job> = {}): Job => ({
  kind: 'step',
  priority: 'normal',
  id,
  correlationId: 'wf_1',
  payload: { workflowId: 'wf_1', steps: ['step_1'] },
  ...more,
});

/** @param open a fresh, empty queue with IMPATIENT timing */
export function jobQueueContract(name: string, open: () => Promise<JobQueueUnderTest>): void {
  deadLettersContract(name, open);
  jobFairnessContract(name, open);
  jobHandOverContract(name, open);
  describe(`the job queue of ${name}`, () => {
    let under: JobQueueUnderTest;
    let queue: JobQueueUnderTest['queue'];
    const workers: JobWorker[] = [];
    const work = async (concurrency: number, handle: (one: Job, context: JobContext) => Promise<void>) => {
      const worker = await queue.work('step', concurrency, handle);
      workers.push(worker);
      return worker;
    };
    /** handled without error and gone */
    const until = async (depth: Record<string, number>) => {
      while (JSON.stringify(await queue.depth()) !== JSON.stringify(depth)) {
        await new Promise(setImmediate);
      }
    };

    beforeEach(async () => {
      under = await open();
      queue = under.queue;
    });
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
      await under.close();
    });

    it('hands a job to a worker as it was published, once', async () => {
      const seen = new Seen<[Job, number]>();
      await work(4, async (one, { delivery }) => seen.add([one, delivery]));
      await queue.publish([job('a')]);
      expect(await seen.count(1)).toEqual([[job('a'), 1]]);
      await until({ dead: 0 });
      expect(seen.all).toHaveLength(1);
    });

    it('keeps jobs for a worker that comes later', async () => {
      await queue.publish([job('a'), job('b')]);
      expect(await queue.depth()).toEqual({ step: 2, dead: 0 });
      const seen = new Seen<string>();
      await work(1, async ({ id }) => seen.add(id));
      expect(await seen.count(2)).toEqual(['a', 'b']);
    });

    it('takes a job published twice for one', async () => {
      await queue.publish([job('a'), job('a')]);
      await queue.publish([job('a'), job('b')]);
      expect(await queue.depth()).toEqual({ step: 2, dead: 0 });
    });

    it('gives a worker jobs of its own kind only', async () => {
      const seen = new Seen<string>();
      await queue.publish([job('a', { kind: 'prove' }), job('b')]);
      await work(2, async ({ id }) => seen.add(id));
      expect(await seen.count(1)).toEqual(['b']);
      await until({ prove: 1, dead: 0 });
    });

    it('gives a user high before normal before low', async () => {
      await queue.publish([
        job('l', { priority: 'low' }),
        job('n1'),
        job('h1', { priority: 'high' }),
        job('n2'),
        job('h2', { priority: 'high' }),
      ]);
      const seen = new Seen<string>();
      await work(1, async ({ id }) => seen.add(id));
      expect(await seen.count(5)).toEqual(['h1', 'h2', 'n1', 'n2', 'l']);
    });

    it('never runs more jobs at once than the worker has hands', async () => {
      let running = 0;
      let most = 0;
      const seen = new Seen<string>();
      let full: () => void = () => {};
      // the first ones wait until every hand has one
      const allHands = new Promise<void>((resolve) => {
        full = resolve;
      });
      await queue.publish(Array.from({ length: 20 }, (_, n) => job(`j${n}`)));
      await work(3, async ({ id }) => {
        most = Math.max(most, ++running);
        if (running === 3) full();
        await allHands;
        await new Promise(setImmediate);
        running--;
        seen.add(id);
      });
      expect(new Set(await seen.count(20)).size).toBe(20);
      expect(most).toBe(3);
    });

    it('shares jobs among workers, each job to one', async () => {
      const seen = new Seen<string>();
      await work(2, async ({ id }) => seen.add(id));
      await work(2, async ({ id }) => seen.add(id));
      await queue.publish(Array.from({ length: 50 }, (_, n) => job(`j${n}`)));
      await seen.count(50);
      await until({ dead: 0 });
      expect(seen.all).toHaveLength(50);
      expect(new Set(seen.all).size).toBe(50);
    });

    it('gives a job back after a retryable error, and counts its deliveries', async () => {
      const seen = new Seen<number>();
      await work(1, async (_, { delivery }) => {
        seen.add(delivery);
        if (delivery < 3) throw new Refusal('BUSY', 'The service is busy.', {}, 'retryable');
      });
      await queue.publish([job('a')]);
      expect(await seen.count(3)).toEqual([1, 2, 3]);
      await until({ dead: 0 });
    });

    it('buries a job at a terminal error at once', async () => {
      const seen = new Seen<number>();
      await work(1, async (_, { delivery }) => {
        seen.add(delivery);
        throw new Refusal('WORKFLOW_CLOSED', 'The workflow is closed.');
      });
      await queue.publish([job('a')]);
      await until({ dead: 1 });
      expect(seen.all).toEqual([1]);
    });

    it('buries a job after its last delivery', async () => {
      const seen = new Seen<number>();
      await work(1, async (_, { delivery }) => {
        seen.add(delivery);
        throw new TypeError('a bug');
      });
      await queue.publish([job('a')]);
      await until({ dead: 1 });
      expect(seen.all).toEqual(Array.from({ length: LIMITS.jobDeliveries }, (_, n) => n + 1));
    });

    it('tells what waits and what is in flight, by kind and priority, and since when', async () => {
      expect(await queue.view.queues()).toEqual([]);
      const before = Date.now();
      const [started, finish] = [gate(), gate()];
      await queue.publish([job('h', { priority: 'high' }), job('n1'), job('n2'), job('p', { kind: 'plan' })]);
      await work(1, async () => {
        started.open();
        await finish.opened;
      });
      await started.opened;
      const oldestAt = expect.any(String);
      const found = await queue.view.queues();
      expect(found).toEqual([
        { kind: 'plan', priority: 'normal', waiting: 1, inFlight: 0, oldestAt },
        { kind: 'step', priority: 'high', waiting: 0, inFlight: 1, oldestAt },
        { kind: 'step', priority: 'normal', waiting: 2, inFlight: 0, oldestAt },
      ]);
      for (const { oldestAt: at } of found) {
        expect(Date.parse(at)).toBeGreaterThanOrEqual(before - 1_000);
        expect(Date.parse(at)).toBeLessThanOrEqual(Date.now() + 1_000);
      }
      finish.open();
      await until({ plan: 1, dead: 0 });
    });

    it('waits for jobs in flight when a worker stops', async () => {
      const [started, finish] = [gate(), gate()];
      const worker = await work(1, async () => {
        started.open();
        await finish.opened;
      });
      await queue.publish([job('a')]);
      await started.opened;
      const stopped = worker.stop(10_000);
      finish.open();
      await stopped;
      await until({ dead: 0 });
    });

    it('gives jobs back that outlast the grace of a stopping worker, and aborts their signal', async () => {
      const [started, aborted] = [gate(), gate()];
      const worker = await work(1, async (_, { signal }) => {
        started.open();
        signal.addEventListener('abort', () => aborted.open());
        await new Promise<void>(() => undefined);
      });
      await queue.publish([job('a')]);
      await started.opened;
      await worker.stop(0);
      await aborted.opened;
      const again = new Seen<[string, number]>();
      await work(1, async ({ id }, { delivery }) => again.add([id, delivery]));
      expect(await again.count(1)).toEqual([['a', 2]]);
    });
  });
}
