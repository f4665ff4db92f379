import type {
  Job,
  JobContext,
  JobKind,
  JobQueue,
  JobWorker,
  Priority,
  QueueFigures,
  QueueView,
} from '../../ports/jobs.js';
import { DEFAULT_JOB_TIMING, type JobTiming } from '../job-timing.js';
import { verdictOn } from '../job-verdict.js';
import { MemoryDeadLetters } from './dead-letters.js';

const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];

interface Waiting {
  readonly job: Job;
  /** of the dead letter it becomes; sorts by time of publication */
  readonly letter: string;
  readonly publishedAt: string;
  delivery: number;
}

interface Worker {
  readonly kind: JobKind;
  readonly take: (one: Waiting) => void;
  hands: number;
}

/** The same rules in one process, without durability. */
export class MemoryJobQueue implements JobQueue {
  private readonly waiting: Waiting[] = [];
  private readonly inFlight = new Set<Waiting>();
  readonly dead = new MemoryDeadLetters((job, letter) => {
    this.waiting.push({ job, letter, publishedAt: new Date().toISOString(), delivery: 1 });
    setImmediate(() => this.dispatch());
  });
  readonly view: QueueView = { queues: async () => this.queues() };
  private published = 0;
  private readonly seen = new Set<string>();
  private readonly workers = new Set<Worker>();
  private readonly timing: JobTiming;

  constructor(timing: Partial<JobTiming> = {}) {
    this.timing = { ...DEFAULT_JOB_TIMING, ...timing };
  }

  async publish(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) {
      if (this.seen.has(job.id)) continue;
      this.seen.add(job.id);
      const letter = `dead_${String(++this.published).padStart(22, '0')}`;
      const publishedAt = new Date().toISOString();
      this.waiting.push({ job: structuredClone(job), letter, publishedAt, delivery: 1 });
    }
    setImmediate(() => this.dispatch());
  }

  async work(
    kind: JobKind,
    concurrency: number,
    handle: (job: Job, context: JobContext) => Promise<void>,
  ): Promise<JobWorker> {
    const abort = new AbortController();
    const running = new Map<Waiting, Promise<void>>();
    const run = async (one: Waiting) => {
      const end = await this.outcomeOf(one, handle, abort.signal);
      if (!running.delete(one)) return;
      worker.hands++;
      end();
      this.dispatch();
    };
    const worker: Worker = { kind, hands: concurrency, take: (one) => void running.set(one, run(one)) };
    this.workers.add(worker);
    setImmediate(() => this.dispatch());
    return {
      stop: async (graceMs) => {
        this.workers.delete(worker);
        await Promise.race([Promise.allSettled(running.values()), elapsed(graceMs, abort.signal)]);
        abort.abort();
        for (const one of running.keys()) this.giveBack(one);
        running.clear();
      },
    };
  }

  async depth(): Promise<Readonly<Record<string, number>>> {
    const depth: Record<string, number> = {};
    for (const { job } of [...this.waiting, ...this.inFlight]) depth[job.kind] = (depth[job.kind] ?? 0) + 1;
    return { ...depth, dead: this.dead.size };
  }

  private queues(): readonly QueueFigures[] {
    const kinds = [...new Set([...this.waiting, ...this.inFlight].map(({ job }) => job.kind))].sort();
    return kinds.flatMap((kind) =>
      PRIORITIES.flatMap((priority) => {
        const its = ({ job }: Waiting) => job.kind === kind && job.priority === priority;
        const waiting = this.waiting.filter(its);
        const inFlight = [...this.inFlight].filter(its);
        const [oldestAt] = [...waiting, ...inFlight].map(({ publishedAt }) => publishedAt).sort();
        if (oldestAt === undefined) return [];
        return { kind, priority, waiting: waiting.length, inFlight: inFlight.length, oldestAt };
      }),
    );
  }

  private dispatch(): void {
    for (const worker of this.workers) {
      for (let one = this.nextFor(worker); one; one = this.nextFor(worker)) {
        worker.hands--;
        this.inFlight.add(one);
        worker.take(one);
      }
    }
  }

  private nextFor({ kind, hands }: Worker): Waiting | undefined {
    if (hands <= 0) return undefined;
    for (const priority of PRIORITIES) {
      const at = this.waiting.findIndex(({ job }) => job.kind === kind && job.priority === priority);
      if (at >= 0) return this.waiting.splice(at, 1)[0];
    }
    return undefined;
  }

  /** @returns what to do with the job once its worker's hand is free */
  private async outcomeOf(
    one: Waiting,
    handle: (job: Job, context: JobContext) => Promise<void>,
    signal: AbortSignal,
  ): Promise<() => void> {
    try {
      await handle(one.job, { delivery: one.delivery, signal });
      return () => void this.inFlight.delete(one);
    } catch (error) {
      const verdict = verdictOn(error, one.delivery);
      if (verdict.kind === 'bury') {
        return () => {
          this.inFlight.delete(one);
          this.dead.bury(one.letter, one.job, one.delivery, verdict.error);
        };
      }
      return () => void setTimeout(() => this.giveBack(one), this.timing.retryDelayMs(one.delivery)).unref();
    }
  }

  private giveBack(one: Waiting): void {
    this.inFlight.delete(one);
    one.delivery++;
    this.waiting.push(one);
    this.dispatch();
  }
}

const elapsed = (ms: number, ended: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    ended.addEventListener('abort', () => clearTimeout(timer));
  });
