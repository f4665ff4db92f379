import { HandedJobs } from '../../src/adapters/handed-jobs.js';
import { flowOf } from '../../src/adapters/job-flow.js';
import { JobTurns, type Turn } from '../../src/adapters/job-turns.js';
import { verdictOn } from '../../src/adapters/job-verdict.js';
import { LIMITS } from '../../src/kernel/limits.js';
import type {
  Job,
  JobContext,
  JobFlow,
  JobKind,
  JobLimits,
  JobQueue,
  JobWorker,
} from '../../src/ports/jobs.js';
import type { Eavesdropper } from './eavesdropper.js';
import type { Judge } from './judge.js';
import type { Network } from './network.js';
import type { Owner } from './scheduler.js';

type Handle = (job: Job, context: JobContext) => Promise<void>;

interface Worker {
  readonly owner: Owner | undefined;
  readonly kind: JobKind;
  readonly handle: Handle;
  readonly stopping: AbortController;
  readonly turns: JobTurns;
  readonly past: HandedJobs;
  /** free ones, but for those that hold what was handed over */
  hands: number;
  isAwake: boolean;
}

interface Waiting {
  readonly job: Job;
  readonly flow: JobFlow;
  readonly order: number;
  /** asked for when faults had stopped */
  readonly inCalm: boolean;
  delivery: number;
  /** to be delivered to whoever takes its turn */
  isReady: boolean;
  gone: boolean;
  /** ends the delivery that is under way, as if nothing had been heard of it */
  giveUp: () => void;
}

const ACK_WAIT_MS = 8_000;
const DEDUPLICATED_MS = 120_000;
const NOTHING = () => undefined;

/**
 * At-least-once delivery by a queue that may also deliver twice, late, in any order, or forget everything. Workers take
 * turns and ask the limits of calls as they do in src/adapters.
 */
export class WorkQueue implements JobQueue {
  private waiting: Waiting[] = [];
  private published = new Map<string, number>();
  private readonly workers = new Set<Worker>();
  private offered = 0;
  private newestDelivered = -1;

  constructor(
    private readonly network: Network,
    private readonly doubled: number,
    private readonly judge: Eavesdropper & Pick<Judge, 'givenUp'>,
  ) {}

  publish(jobs: readonly Job[]): Promise<void> {
    this.judge.overheard('a job', jobs);
    return this.network.call('publish jobs', () => {
      const { now } = this.network.scheduler;
      for (const job of jobs) {
        if (now - (this.published.get(job.id) ?? Number.NEGATIVE_INFINITY) < DEDUPLICATED_MS) continue;
        this.published.set(job.id, now);
        const copy = structuredClone(job);
        const flow = flowOf(copy);
        const fresh = (): Waiting => ({
          job: copy,
          flow,
          order: this.offered++,
          inCalm: !this.network.stormy,
          delivery: 0,
          isReady: false,
          gone: false,
          giveUp: NOTHING,
        });
        const { random, stormy, faults } = this.network;
        const ms = this.network.delay();
        faults.met(ms > 4, 'job late');
        this.offer(fresh(), ms);
        if (stormy && faults.met(random.chance(this.doubled), 'job doubled'))
          this.offer(fresh(), random.between(0, 20_000));
      }
    });
  }

  async work(kind: JobKind, concurrency: number, handle: Handle, limits?: JobLimits): Promise<JobWorker> {
    const { scheduler, faults } = this.network;
    const stopping = new AbortController();
    const wake = () => this.wake(worker);
    const turns = new JobTurns(limits, wake);
    const past = new HandedJobs(turns, handle, stopping.signal, wake, () => scheduler.now);
    const worker: Worker = {
      owner: scheduler.current,
      kind,
      handle,
      stopping,
      turns,
      past,
      hands: concurrency,
      isAwake: false,
    };
    this.workers.add(worker);
    for (const { flow, isReady } of this.waiting) if (isReady && flow.kind === kind) turns.add(flow);
    return {
      handOver: async (job) => {
        const hands = worker.hands - past.hands;
        const handed = hands > 0 ? await past.take(structuredClone(job), hands) : undefined;
        faults.met(handed !== undefined, 'job handed over');
        return handed;
      },
      stop: async () => {
        this.workers.delete(worker);
        turns.stop();
        void past.close();
        stopping.abort();
        past.leave();
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

  /** What is in hand is delivered again at once, as somebody wants it who takes himself for the only one here. */
  async inherit(): Promise<void> {
    for (const { giveUp } of [...this.waiting]) giveUp();
  }

  private offer(one: Waiting, ms: number): void {
    if (one.gone) return;
    if (!this.waiting.includes(one)) this.waiting.push(one);
    this.network.scheduler.after(ms, undefined, `job ${one.job.id}`, () => {
      if (one.gone) return;
      one.isReady = true;
      for (const worker of this.living(one.flow.kind)) worker.turns.add(one.flow);
    });
  }

  private living(wanted: JobKind): readonly Worker[] {
    for (const worker of this.workers) if (worker.owner?.alive === false) this.workers.delete(worker);
    return [...this.workers].filter(({ kind }) => kind === wanted);
  }

  private wake(worker: Worker): void {
    if (worker.isAwake || worker.stopping.signal.aborted) return;
    worker.isAwake = true;
    this.network.scheduler.after(this.network.random.between(0, 2), worker.owner, 'turns', () => {
      worker.isAwake = false;
      void this.takeTurns(worker);
    });
  }

  private async takeTurns(worker: Worker): Promise<void> {
    const { turns, past, stopping } = worker;
    const wanted = worker.hands - past.hands;
    if (wanted <= 0 || turns.isIdle || stopping.signal.aborted) return;
    worker.hands -= wanted;
    const taken = await turns.take(wanted);
    worker.hands += wanted - taken.length;
    for (const turn of taken) {
      const one = stopping.signal.aborted ? undefined : this.takeOf(turn.flow);
      if (one) this.deliver(one, worker, turn);
      else {
        worker.hands++;
        turns.miss(turn);
      }
    }
    if (taken.length > 0) this.wake(worker);
  }

  /** Any of the flow: they may be done in any order. */
  private takeOf(flow: JobFlow): Waiting | undefined {
    const ready = this.waiting.filter((one) => one.isReady && one.flow.key === flow.key);
    return ready.length > 1 ? this.network.random.pick(ready) : ready[0];
  }

  private deliver(one: Waiting, worker: Worker, { permit }: Turn): void {
    const { scheduler, random, faults } = this.network;
    faults.met(one.delivery === 0 && one.order < this.newestDelivered, 'jobs reordered');
    this.newestDelivered = Math.max(this.newestDelivered, one.order);
    one.isReady = false;
    one.delivery++;
    const free = () => {
      worker.hands++;
      this.wake(worker);
    };
    if (one.delivery > LIMITS.jobDeliveries) {
      this.bury(one, 'nobody finished it');
      permit.release('unused');
      free();
      return;
    }
    const { delivery } = one;
    // what is heard of it once it was given up changes nothing
    const settle = (next: () => void) => {
      if (one.delivery !== delivery || one.giveUp === NOTHING) return;
      one.giveUp = NOTHING;
      next();
    };
    one.giveUp = () => settle(() => this.offer(one, 0));
    const ended = (next: () => void) => {
      permit.release();
      free();
      this.answer(() => settle(next));
    };
    scheduler.after(this.network.delay(), worker.owner, `take ${one.job.id}`, () => {
      worker.handle(one.job, { delivery, signal: worker.stopping.signal }).then(
        () => ended(() => this.forget(one)),
        (error: unknown) =>
          ended(() =>
            verdictOn(error, delivery).kind === 'bury'
              ? this.bury(one, String(error))
              : this.offer(one, 500 * 2 ** delivery * (0.5 + random.random() / 2)),
          ),
      );
    });
    this.watch(one, delivery, worker);
  }

  /** What a worker says of a job may be lost; then it looks as if it had said nothing. */
  private answer(settle: () => void): void {
    const { scheduler, random, stormy, faults } = this.network;
    if (stormy && faults.met(random.chance(0.02), 'acknowledgement lost')) return;
    scheduler.after(this.network.delay(), undefined, 'job answered', settle);
  }

  private watch(one: Waiting, delivery: number, worker: Worker): void {
    const { scheduler } = this.network;
    scheduler.after(ACK_WAIT_MS, undefined, 'watch job', () => {
      if (one.gone || one.delivery !== delivery || one.giveUp === NOTHING) return;
      const { owner } = worker;
      const says = owner?.alive && owner.pausedUntil <= scheduler.now && this.network.random.chance(0.9);
      if (says) this.watch(one, delivery, worker);
      else one.giveUp();
    });
  }

  private bury(one: Waiting, why: string): void {
    if (one.inCalm) this.judge.givenUp(one.job.id, why);
    this.forget(one);
  }

  private forget(one: Waiting): void {
    one.gone = true;
    this.waiting = this.waiting.filter((other) => other !== one);
  }
}
