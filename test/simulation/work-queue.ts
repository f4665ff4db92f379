import { verdictOn } from '../../src/adapters/job-verdict.js';
import { LIMITS } from '../../src/kernel/limits.js';
import type { Job, JobContext, JobKind, JobQueue, JobWorker } from '../../src/ports/jobs.js';
import type { Eavesdropper } from './eavesdropper.js';
import type { Network } from './network.js';
import type { Owner } from './scheduler.js';

type Handle = (job: Job, context: JobContext) => Promise<void>;

interface Worker {
  readonly owner: Owner | undefined;
  readonly kind: JobKind;
  readonly handle: Handle;
  readonly stopping: AbortController;
  hands: number;
}

interface Waiting {
  readonly job: Job;
  readonly order: number;
  delivery: number;
  gone: boolean;
}

const ACK_WAIT_MS = 8_000;
const DEDUPLICATED_MS = 120_000;

/** At-least-once delivery by a queue that may also deliver twice, late, in any order, or forget everything. */
export class WorkQueue implements JobQueue {
  private waiting: Waiting[] = [];
  private published = new Map<string, number>();
  private readonly workers = new Set<Worker>();
  private offered = 0;
  private newestDelivered = -1;

  constructor(
    private readonly network: Network,
    private readonly doubled: number,
    private readonly eavesdropper: Eavesdropper,
  ) {}

  publish(jobs: readonly Job[]): Promise<void> {
    this.eavesdropper.overheard('a job', jobs);
    return this.network.call('publish jobs', () => {
      const { now } = this.network.scheduler;
      for (const job of jobs) {
        if (now - (this.published.get(job.id) ?? Number.NEGATIVE_INFINITY) < DEDUPLICATED_MS) continue;
        this.published.set(job.id, now);
        const copy = structuredClone(job);
        const fresh = (): Waiting => ({ job: copy, order: this.offered++, delivery: 0, gone: false });
        const { random, stormy, faults } = this.network;
        const ms = this.network.delay();
        faults.met(ms > 4, 'job late');
        this.offer(fresh(), ms);
        if (stormy && faults.met(random.chance(this.doubled), 'job doubled'))
          this.offer(fresh(), random.between(0, 20_000));
      }
    });
  }

  async work(kind: JobKind, concurrency: number, handle: Handle): Promise<JobWorker> {
    const owner = this.network.scheduler.current;
    const worker: Worker = { owner, kind, handle, stopping: new AbortController(), hands: concurrency };
    this.workers.add(worker);
    const handed = new Set<(how: 'left') => void>();
    return {
      handOver: async (job) => {
        const { signal } = worker.stopping;
        if (signal.aborted || worker.hands === 0 || this.isWaitedFor(kind)) return undefined;
        this.network.faults.met(true, 'job handed over');
        worker.hands--;
        const ended = new Promise<'done' | 'left'>((resolve) => {
          handed.add(resolve);
          const end = (how: 'done' | 'left') => {
            if (!handed.delete(resolve)) return;
            worker.hands++;
            resolve(how);
          };
          handle(structuredClone(job), { delivery: 1, signal }).then(
            () => end('done'),
            () => end('left'),
          );
        });
        return { ended };
      },
      stop: async () => {
        this.workers.delete(worker);
        worker.stopping.abort();
        for (const leave of handed) leave('left');
        handed.clear();
      },
    };
  }

  async depth(): Promise<Readonly<Record<string, number>>> {
    return { waiting: this.waiting.length };
  }

  /** The disk is wiped: what nobody holds in hand is lost, and so is the memory of what was published. */
  wipe(): void {
    this.network.faults.met(this.waiting.length > 0, 'queue wiped');
    for (const one of this.waiting) one.gone = true;
    this.waiting = [];
    this.published = new Map();
  }

  private isWaitedFor(kind: JobKind): boolean {
    return this.waiting.some(({ job, gone }) => job.kind === kind && !gone);
  }

  private offer(one: Waiting, ms: number): void {
    if (one.gone) return;
    if (!this.waiting.includes(one)) this.waiting.push(one);
    this.network.scheduler.after(ms, undefined, `job ${one.job.id}`, () => this.deliver(one));
  }

  private deliver(one: Waiting): void {
    if (one.gone) return;
    const { scheduler, random } = this.network;
    const able = [...this.workers].filter(
      ({ kind, hands, owner }) => kind === one.job.kind && hands > 0 && owner?.alive,
    );
    if (able.length === 0) {
      this.offer(one, 500);
      return;
    }
    this.network.faults.met(one.delivery === 0 && one.order < this.newestDelivered, 'jobs reordered');
    this.newestDelivered = Math.max(this.newestDelivered, one.order);
    one.delivery++;
    if (one.delivery > LIMITS.jobDeliveries) {
      this.forget(one);
      return;
    }
    const worker = random.pick(able);
    worker.hands--;
    let settled = false;
    const settle = (next: () => void) => {
      if (settled) return;
      settled = true;
      worker.hands++;
      next();
    };
    const { delivery } = one;
    scheduler.after(this.network.delay(), worker.owner, `take ${one.job.id}`, () => {
      const { signal } = worker.stopping;
      worker.handle(one.job, { delivery, signal }).then(
        () => this.answer(() => settle(() => this.forget(one))),
        (error: unknown) =>
          this.answer(() =>
            settle(() =>
              verdictOn(error, delivery).kind === 'bury'
                ? this.forget(one)
                : this.offer(one, 500 * 2 ** delivery * (0.5 + random.random() / 2)),
            ),
          ),
      );
    });
    this.watch(one, worker, () => settled, settle);
  }

  /** What a worker says of a job may be lost; then it looks as if it had said nothing. */
  private answer(settle: () => void): void {
    const { scheduler, random, stormy, faults } = this.network;
    if (stormy && faults.met(random.chance(0.02), 'acknowledgement lost')) return;
    scheduler.after(this.network.delay(), undefined, 'job answered', settle);
  }

  private watch(
    one: Waiting,
    worker: Worker,
    isSettled: () => boolean,
    settle: (next: () => void) => void,
  ): void {
    const { scheduler } = this.network;
    scheduler.after(ACK_WAIT_MS, undefined, 'watch job', () => {
      if (isSettled()) return;
      const { owner } = worker;
      const says = owner?.alive && owner.pausedUntil <= scheduler.now && this.network.random.chance(0.9);
      if (says) this.watch(one, worker, isSettled, settle);
      else settle(() => this.offer(one, 0));
    });
  }

  private forget(one: Waiting): void {
    one.gone = true;
    this.waiting = this.waiting.filter((other) => other !== one);
  }
}
