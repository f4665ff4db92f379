import type {
  FlowFigures,
  Job,
  JobContext,
  JobFlow,
  JobKind,
  JobLimits,
  JobQueue,
  JobWorker,
  Priority,
  QueueFigures,
  QueueView,
} from '../../ports/jobs.js';
import { type HandedFigures, withHanded } from '../handed-figures.js';
import { HandedJobs } from '../handed-jobs.js';
import { flowOf } from '../job-flow.js';
import { DEFAULT_JOB_TIMING, type JobTiming } from '../job-timing.js';
import { JobTurns, type Turn } from '../job-turns.js';
import { verdictOn } from '../job-verdict.js';
import { MemoryDeadLetters } from './dead-letters.js';

const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];

interface Waiting {
  readonly job: Job;
  readonly flow: JobFlow;
  /** of the dead letter it becomes; sorts by time of publication */
  readonly letter: string;
  readonly publishedAt: string;
  delivery: number;
}

interface Worker {
  readonly kind: JobKind;
  readonly turns: JobTurns;
  readonly run: (one: Waiting, turn: Turn) => Promise<void>;
  readonly past: HandedJobs;
  hands: number;
  waking: boolean;
}

/** The same rules in one process, without durability. */
export class MemoryJobQueue implements JobQueue {
  private readonly waiting = new Map<string, Waiting[]>();
  private readonly inFlight = new Set<Waiting>();
  readonly dead = new MemoryDeadLetters((job, letter) => this.enqueue(job, letter));
  readonly view: QueueView = withHanded(
    {
      queues: async () => this.queues(),
      flows: async (limit, owner) =>
        this.flows()
          .filter(({ flow }) => owner === undefined || flow.owner === owner)
          .slice(0, limit),
    },
    () => this.handed(),
  );
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
      this.enqueue(structuredClone(job), `dead_${String(++this.published).padStart(22, '0')}`);
    }
  }

  async work(
    kind: JobKind,
    concurrency: number,
    handle: (job: Job, context: JobContext) => Promise<void>,
    limits?: JobLimits,
  ): Promise<JobWorker> {
    const abort = new AbortController();
    const running = new Map<Waiting, Promise<void>>();
    const run = async (one: Waiting, { permit }: Turn) => {
      const end = await this.outcomeOf(one, handle, abort.signal);
      permit.release();
      if (!running.delete(one)) return;
      worker.hands++;
      end();
      this.wake(worker);
    };
    const turns = new JobTurns(limits, () => this.wake(worker));
    const worker: Worker = {
      kind,
      hands: concurrency,
      waking: false,
      turns,
      past: new HandedJobs(turns, handle, abort.signal, () => this.wake(worker)),
      run: (one, turn) => {
        const done = run(one, turn);
        running.set(one, done);
        return done;
      },
    };
    this.workers.add(worker);
    for (const [first, ...others] of this.waiting.values())
      if (first?.flow.kind === kind) worker.turns.set(first.flow, others.length + 1);
    return {
      handOver: async (job) => {
        const hands = worker.hands - worker.past.hands;
        return hands > 0 ? worker.past.take(structuredClone(job), hands) : undefined;
      },
      stop: async (graceMs) => {
        this.workers.delete(worker);
        worker.turns.stop();
        const ends = [...running.values(), worker.past.close()];
        await Promise.race([Promise.allSettled(ends), elapsed(graceMs, abort.signal)]);
        abort.abort();
        worker.past.leave();
        for (const one of running.keys()) this.giveBack(one);
        running.clear();
      },
    };
  }

  async depth(): Promise<Readonly<Record<string, number>>> {
    const depth: Record<string, number> = {};
    for (const { flow } of [...this.open(), ...this.handed()]) depth[flow.kind] = (depth[flow.kind] ?? 0) + 1;
    return { ...depth, dead: this.dead.size };
  }

  private *handed(): Iterable<HandedFigures> {
    for (const { past } of this.workers) yield* past.figures;
  }

  private open(): readonly Waiting[] {
    return [...[...this.waiting.values()].flat(), ...this.inFlight];
  }

  private queues(): readonly QueueFigures[] {
    const open = this.open();
    const kinds = [...new Set(open.map(({ job }) => job.kind))].sort();
    return kinds.flatMap((kind) =>
      PRIORITIES.flatMap((priority) => {
        const its = open.filter(({ job }) => job.kind === kind && job.priority === priority);
        return its.length === 0 ? [] : { kind, priority, ...this.figuresOf(its) };
      }),
    );
  }

  private flows(): readonly FlowFigures[] {
    const flows = new Map<string, Waiting[]>();
    for (const one of this.open()) flows.set(one.flow.key, [...(flows.get(one.flow.key) ?? []), one]);
    return [...flows.values()]
      .sort((a, b) => b.length - a.length)
      .map((its) => ({ flow: its[0]!.flow, ...this.figuresOf(its) }));
  }

  private figuresOf(its: readonly Waiting[]) {
    const inFlight = its.filter((one) => this.inFlight.has(one)).length;
    const [oldestAt] = its.map(({ publishedAt }) => publishedAt).sort() as [string];
    return { waiting: its.length - inFlight, inFlight, oldestAt };
  }

  private enqueue(job: Job, letter: string): void {
    this.offer({ job, flow: flowOf(job), letter, publishedAt: new Date().toISOString(), delivery: 1 });
  }

  private offer(one: Waiting): void {
    const { flow } = one;
    const its = this.waiting.get(flow.key);
    if (its) its.push(one);
    else this.waiting.set(flow.key, [one]);
    for (const { kind, turns } of this.workers) if (kind === flow.kind) turns.add(flow);
  }

  /** Later, so that whoever publishes several jobs has published all of them. */
  private wake(worker: Worker): void {
    if (worker.waking) return;
    worker.waking = true;
    setImmediate(() => {
      worker.waking = false;
      void this.dispatch(worker);
    });
  }

  private async dispatch(worker: Worker): Promise<void> {
    const wanted = worker.hands - worker.past.hands;
    if (wanted <= 0 || worker.turns.isIdle || !this.workers.has(worker)) return;
    worker.hands -= wanted;
    const turns = await worker.turns.take(wanted);
    worker.hands += wanted - turns.length;
    for (const turn of turns) {
      const one = this.workers.has(worker) ? this.takeFrom(turn.flow.key) : undefined;
      if (one) {
        this.inFlight.add(one);
        void worker.run(one, turn);
      } else {
        worker.hands++;
        worker.turns.miss(turn);
      }
    }
  }

  private takeFrom(key: string): Waiting | undefined {
    const its = this.waiting.get(key);
    const one = its?.shift();
    if (its?.length === 0) this.waiting.delete(key);
    return one;
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
    this.offer(one);
  }
}

const elapsed = (ms: number, ended: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    ended.addEventListener('abort', () => clearTimeout(timer));
  });
