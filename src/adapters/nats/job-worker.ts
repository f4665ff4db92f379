import { type ErrorRecord, errorRecord } from '../../kernel/errors.js';
import type { HandedJob, Job, JobContext, JobFlow, JobKind, JobLimits, JobWorker } from '../../ports/jobs.js';
import { Bell } from '../bell.js';
import type { HandedFigures } from '../handed-figures.js';
import { HandedJobs } from '../handed-jobs.js';
import { readJob } from '../job-message.js';
import type { JobTiming } from '../job-timing.js';
import { JobTurns, type Turn } from '../job-turns.js';
import { exhausted, isExhausted, verdictOn } from '../job-verdict.js';
import type { NatsDeadLetters } from './dead-letters.js';
import type { Delivery } from './delivery.js';
import { FlowPulls } from './flow-pulls.js';
import { FlowWatch } from './flow-watch.js';
import type { JobNames } from './job-streams.js';
import type { DisposableStreams } from './streams.js';

/** Hands that are kept for the turns that are asked for: the others may be taken meanwhile. */
const TURNS_AT_ONCE = 64;

/** A worker sends a sign of life this many times within one ack wait. */
const SIGNS_OF_LIFE = 3;

export interface WorkerOptions {
  readonly streams: DisposableStreams;
  readonly names: JobNames;
  readonly timing: JobTiming;
  readonly dead: NatsDeadLetters;
  readonly kind: JobKind;
  readonly concurrency: number;
  readonly handle: (job: Job, context: JobContext) => Promise<void>;
  readonly limits: JobLimits | undefined;
  onStopped(worker: NatsJobWorker): void;
}

/**
 * Takes jobs of one kind, as many at once as it has hands, in turn from those who have some waiting. Nothing is
 * taken that does not run at once: what waits, waits in JetStream, for whichever worker has a hand free first.
 */
export class NatsJobWorker implements JobWorker {
  private readonly bell = new Bell();
  private readonly turns: JobTurns;
  private readonly pulls: FlowPulls;
  private readonly watch: FlowWatch;
  private readonly past: HandedJobs;
  private readonly running = new Map<Delivery, JobFlow>();
  private readonly ends = new Set<Promise<void>>();
  private readonly resting = new Map<NodeJS.Timeout, JobFlow>();
  private readonly abort = new AbortController();
  private readonly signsOfLife: NodeJS.Timeout;
  private readonly loop: Promise<void>;
  private stopped = false;
  /** hands that turns are being asked for */
  private offered = 0;

  constructor(private readonly options: WorkerOptions) {
    const { streams, names, timing, kind, limits, handle } = options;
    const ring = () => this.bell.ring();
    this.turns = new JobTurns(limits, ring);
    this.past = new HandedJobs(this.turns, handle, this.abort.signal, ring);
    this.pulls = new FlowPulls(streams, names, timing.ackWaitMs, {
      took: (delivery, turn) => this.begin(delivery, turn),
      missed: (turn) => this.turns.miss(turn),
      left: (flow, waiting) => this.turns.set(flow, waiting),
      ended: ring,
    });
    this.watch = new FlowWatch(streams, names, kind, timing.ackWaitMs / SIGNS_OF_LIFE, {
      arrived: (flow, count) => this.turns.add(flow, count),
      found: (counts) => this.correct(counts),
      reconnected: () => this.pulls.giveUp(),
    });
    this.signsOfLife = setInterval(() => this.sayStillWorking(), timing.ackWaitMs / SIGNS_OF_LIFE);
    this.loop = this.takeUntilStopped();
  }

  async handOver(job: Job): Promise<HandedJob | undefined> {
    const hands = this.freeHands;
    return hands > 0 ? this.past.take(job, hands) : undefined;
  }

  get handed(): Iterable<HandedFigures> {
    return this.past.figures;
  }

  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    this.bell.ring();
    this.watch.stop();
    this.turns.stop();
    this.pulls.close();
    for (const timer of this.resting.keys()) clearTimeout(timer);
    const past = this.past.close();
    await this.loop;
    await settledWithin([...this.ends, past], graceMs);
    this.abort.abort();
    this.past.leave();
    clearInterval(this.signsOfLife);
    const { streams, names } = this.options;
    for (const [delivery, flow] of this.running) {
      delivery.giveBack(0);
      if (!streams.connection.isClosed()) streams.connection.publish(names.ready(flow.key));
    }
    this.running.clear();
    this.options.onStopped(this);
    if (!streams.connection.isClosed()) await streams.connection.flush().catch(() => undefined);
  }

  private get freeHands(): number {
    return (
      this.options.concurrency - this.running.size - this.pulls.reserved - this.past.hands - this.offered
    );
  }

  private async takeUntilStopped(): Promise<void> {
    // A connection that was closed (not lost) never comes back: going on would only spin.
    while (!this.stopped && !this.options.streams.connection.isClosed()) {
      this.offered = this.turns.isIdle ? 0 : Math.max(0, Math.min(this.freeHands, TURNS_AT_ONCE));
      const turns = this.offered > 0 ? await this.turns.take(this.offered) : [];
      this.offered = 0;
      if (turns.length > 0) this.pulls.take(turns);
      else await this.bell.wait();
    }
  }

  /** What the stream holds, less what is in our own hands: the rest may be with others, or waiting. */
  private correct(counts: ReadonlyMap<string, { readonly flow: JobFlow; readonly count: number }>): void {
    const ours = new Map<string, number>();
    for (const flow of [...this.running.values(), ...this.resting.values()])
      ours.set(flow.key, (ours.get(flow.key) ?? 0) + 1);
    for (const { flow, count } of counts.values()) {
      if (!this.pulls.isPulling(flow)) this.turns.set(flow, Math.max(0, count - (ours.get(flow.key) ?? 0)));
    }
  }

  /** @param turn undefined for a message that came after its pull was given up */
  private begin(delivery: Delivery, turn: Turn | undefined): void {
    const { names } = this.options;
    const flow = turn?.flow ?? names.flowOf(delivery.message.subject);
    if (this.stopped || !turn) {
      delivery.giveBack(0);
      turn?.permit.release('unused');
      if (!this.stopped) this.turns.add(flow);
      return;
    }
    this.running.set(delivery, flow);
    const end = this.run(delivery, turn).finally(() => this.ends.delete(end));
    this.ends.add(end);
  }

  private async run(delivery: Delivery, { flow, permit }: Turn): Promise<void> {
    const finish = await this.outcomeOf(delivery, flow);
    permit.release();
    // given back meanwhile by stop(): another worker has it
    if (!this.running.delete(delivery)) return;
    finish();
    this.bell.ring();
  }

  /** @returns what to tell JetStream. When a burial fails nothing is said: the job comes again and is buried then. */
  private async outcomeOf(delivery: Delivery, flow: JobFlow): Promise<() => void> {
    const { dead, timing, handle } = this.options;
    const bury = async (error: ErrorRecord) => {
      const buried = await dead.bury(delivery, error);
      return buried ? delivery.discard : () => undefined;
    };
    if (isExhausted(delivery.count)) return bury(exhausted(delivery.count));
    let job: Job;
    try {
      job = readJob(delivery.message.string());
    } catch (error) {
      return bury({ ...errorRecord(error, 'JOB_UNREADABLE'), kind: 'terminal' });
    }
    try {
      await handle(job, { delivery: delivery.count, signal: this.abort.signal });
      return delivery.done;
    } catch (error) {
      const verdict = verdictOn(error, delivery.count);
      if (verdict.kind === 'bury') return bury(verdict.error);
      return () => this.rest(delivery, flow, timing.retryDelayMs(delivery.count));
    }
  }

  /** JetStream gives it out again after the delay, to whoever asks: we ask then. */
  private rest(delivery: Delivery, flow: JobFlow, ms: number): void {
    delivery.giveBack(ms);
    if (this.stopped) return;
    const timer = setTimeout(() => {
      this.resting.delete(timer);
      this.turns.add(flow);
    }, ms + 1);
    this.resting.set(timer, flow);
  }

  private sayStillWorking(): void {
    if (this.options.streams.connection.isClosed()) return;
    for (const delivery of this.running.keys()) delivery.stillWorking();
  }
}

async function settledWithin(work: readonly Promise<unknown>[], graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([Promise.allSettled(work), grace]);
  clearTimeout(timer);
}
