import { Coalescer } from '../kernel/coalescer.js';
import type { Clock } from '../ports/clock.js';
import type { HandedJob, Job, JobQueue, JobWorker } from '../ports/jobs.js';
import { GUARD, type Timer, type TimerStore } from '../ports/timers.js';
import type { StepTask } from '../sagas/reaction.js';
import type { Log } from './log.js';
import { persist } from './persist.js';
import type { Begun, DirectJobs } from './reactor.js';

/** A guard is set for what is older than one look, and moved at every third: long before it is due. */
const LOOK_EVERY_MS = 1_000;
const LOOKS_A_MOVE = 3;
/** As patient as the queue is with a worker that says nothing. */
const GUARD_MS = 8_000;
const AT_ONCE = 500;
const PACE_MS = 10;

interface InHand extends Begun {
  readonly job: Job;
  /** @param safe whether a crash would not lose it any more */
  keep(safe: boolean): void;
  isYoung: boolean;
  /** the last setting of its guard */
  guarding: Promise<unknown> | undefined;
  readonly over: Promise<void>;
}

export interface StepsByRecord {
  /** Whether that attempt is still to be made or under way, by any record that knows of it. */
  isDue(task: StepTask): Promise<boolean>;
  /** Whether somebody has begun that attempt, and nobody ended it, by the newest record. */
  isBegun(task: StepTask): Promise<boolean>;
}

/**
 * Steps that a worker of the same process takes from the saga's hand, past the queue. Until such a step is over, what
 * asked for it counts as not done, so that a restart asks again; when that takes long, a guard is stored in its
 * place, a timer that queues the job unless it is moved. What fails, or is in hand when the worker stops, is queued.
 */
export class DirectSteps implements DirectJobs {
  private worker: Pick<JobWorker, 'handOver'> | undefined;
  private readonly inHand = new Map<string, InHand>();
  private readonly guards: Coalescer<Timer>;
  private readonly unguard: Coalescer<string>;
  private readonly stopping = new AbortController();
  private looking: NodeJS.Timeout | undefined;
  private looks = 0;

  constructor(
    private readonly queue: Pick<JobQueue, 'publish'>,
    /** says whose a job is, and what it calls */
    private readonly owned: (job: Job) => Promise<Job>,
    private readonly steps: StepsByRecord,
    private readonly timers: Pick<TimerStore, 'set' | 'cancel'>,
    /** whether whoever had a step in hand before must be gone */
    private readonly isAlone: () => boolean,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.guards = new Coalescer((guards) => timers.set(guards), AT_ONCE);
    this.unguard = new Coalescer((ids) => timers.cancel(ids), AT_ONCE, PACE_MS);
  }

  /** From now on steps go to this worker, when it takes them. */
  use(worker: Pick<JobWorker, 'handOver'>): void {
    this.worker = worker;
  }

  /**
   * What may have been asked for before, and is not over, is queued, which does nothing where the queue has it
   * already. If it was begun by somebody who may still be at it, its guard is set instead.
   */
  async begin(job: Job, mayBeRepeated: boolean): Promise<Begun | undefined> {
    if (job.kind !== 'step') return undefined;
    const known = this.inHand.get(job.id);
    if (known) return known;
    if (mayBeRepeated) {
      const task = job.payload as unknown as StepTask;
      if (!(await this.steps.isDue(task))) return KEPT;
      if (this.isAlone() || !(await this.steps.isBegun(task))) return undefined;
      await this.guards.add(this.guardOf(await this.owned(job)));
      return KEPT;
    }
    if (!this.worker) return undefined;
    const owned = await this.owned(job);
    const handed = await this.worker.handOver(owned);
    return handed && this.hold(owned, handed);
  }

  flush(): void {
    this.guard([...this.inHand.values()].filter(({ guarding }) => guarding === undefined));
  }

  /** Once the worker has stopped: waits until what it left is queued. */
  async stop(): Promise<void> {
    this.worker = undefined;
    this.stopping.abort();
    clearInterval(this.looking);
    await Promise.all([...this.inHand.values()].map(({ over }) => over));
  }

  private hold(job: Job, { ended }: HandedJob): Begun {
    let keep: InHand['keep'] = () => undefined;
    const kept = new Promise<boolean>((resolve) => {
      keep = resolve;
    });
    const over = ended.then((how) => this.ended(one, how));
    const one: InHand = { job, kept, keep, over, isYoung: true, guarding: undefined };
    this.inHand.set(job.id, one);
    this.looking ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    return one;
  }

  private async ended(one: InHand, how: 'done' | 'left'): Promise<void> {
    const isSafe = how === 'done' || (await this.queueAgain(one.job));
    this.inHand.delete(one.job.id);
    one.keep(isSafe);
    if (one.guarding === undefined || !isSafe) return;
    await one.guarding;
    // one that is left fires, and what it queues finds nothing to do
    await this.unguard.add(guardIdOf(one.job)).catch(() => undefined);
  }

  private queueAgain(job: Job): Promise<boolean> {
    this.log.warn({ job: job.id }, 'left to the queue');
    const { signal } = this.stopping;
    return persist(() => this.queue.publish([job]), { signal, log: this.log, what: `queue ${job.id}` });
  }

  private look(): void {
    const isMove = ++this.looks % LOOKS_A_MOVE === 0;
    const due: InHand[] = [];
    for (const one of this.inHand.values()) {
      if (one.guarding === undefined ? !one.isYoung : isMove) due.push(one);
      one.isYoung = false;
    }
    this.guard(due);
    if (this.inHand.size > 0) return;
    clearInterval(this.looking);
    this.looking = undefined;
  }

  /** One statement for all of them. Where it fails, the next look tries again. */
  private guard(held: readonly InHand[]): void {
    if (held.length === 0) return;
    const setting = this.timers.set(held.map(({ job }) => this.guardOf(job))).then(
      () => {
        for (const one of held) one.keep(true);
      },
      (error: unknown) => {
        for (const one of held) if (one.guarding === setting) one.guarding = undefined;
        this.log.warn({ error: String(error) }, 'steps in hand not guarded');
      },
    );
    for (const one of held) one.guarding = setting;
  }

  private guardOf(job: Job): Timer {
    return { id: guardIdOf(job), dueAt: this.clock.now() + GUARD_MS, action: { do: 'job', job } };
  }
}

const KEPT: Begun = { kept: Promise.resolve(true) };

const guardIdOf = ({ id }: Job): string => GUARD + id;
