import { setTimeout as pause } from 'node:timers/promises';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { Refusal } from '../../kernel/errors.js';
import type {
  Job,
  JobContext,
  JobKind,
  JobLimits,
  JobQueue,
  JobWorker,
  QueueView,
} from '../../ports/jobs.js';
import { type HandedFigures, withHanded } from '../handed-figures.js';
import { flowOf } from '../job-flow.js';
import { writeJob } from '../job-message.js';
import { DEFAULT_JOB_TIMING, type JobTiming } from '../job-timing.js';
import { NatsDeadLetters } from './dead-letters.js';
import { HandedElsewhere } from './handed-elsewhere.js';
import { type JobNames, jobNames, jobStreams } from './job-streams.js';
import { NatsJobWorker } from './job-worker.js';
import { NatsQueueView } from './queue-view.js';
import { DisposableStreams } from './streams.js';

const TELL_HANDED_MS = 1_000;

/** Publishes in flight at once; the next wait for the acknowledgement of these. */
const PIPELINE = 256;

/** ms; the server looks a tenth of a second after the change, and at what is older than this */
const IMPATIENT_MS = 50;
const JUDGED_AFTER_MS = 300;

export interface NatsJobQueueOptions {
  /** sets this queue apart from others on the same server */
  readonly prefix?: string;
  readonly timing?: Partial<JobTiming>;
  /** ms after which a process says again what its workers were handed past the queue */
  readonly tellHandedMs?: number;
  /** how long a call goes on asking a server that does not answer */
  readonly patienceMs?: number;
}

/**
 * Jobs on a JetStream work-queue stream, one subject a flow: a kind, a priority, an owner, a service. The stream may be wiped at any time: it is
 * made again by the next call, and whoever dispatched the lost jobs dispatches them again.
 */
export class NatsJobQueue implements JobQueue {
  readonly dead: NatsDeadLetters;
  readonly view: QueueView;
  private readonly names: JobNames;
  private readonly streams: DisposableStreams;
  private readonly timing: JobTiming;
  private readonly workers = new Set<NatsJobWorker>();
  private readonly elsewhere: HandedElsewhere;

  private constructor(connection: NatsConnection, options: NatsJobQueueOptions) {
    this.names = jobNames(options.prefix);
    const streams = jobStreams(this.names, options.prefix);
    this.streams = new DisposableStreams(connection, streams, new Map(), options.patienceMs);
    this.dead = new NatsDeadLetters(this.streams, this.names);
    this.view = withHanded(new NatsQueueView(this.streams, this.names), () => this.handed());
    this.timing = { ...DEFAULT_JOB_TIMING, ...options.timing };
    const everyMs = options.tellHandedMs ?? TELL_HANDED_MS;
    this.elsewhere = new HandedElsewhere(connection, this.names.handed, () => this.handedHere(), everyMs);
  }

  static async open(connection: NatsConnection, options: NatsJobQueueOptions = {}): Promise<NatsJobQueue> {
    const queue = new NatsJobQueue(connection, options);
    await queue.streams.restore();
    return queue;
  }

  async publish(jobs: readonly Job[]): Promise<void> {
    for (let from = 0; from < jobs.length; from += PIPELINE) {
      await this.publishTogether(jobs.slice(from, from + PIPELINE));
    }
  }

  /** Workers are told once it is stored: told too early, they would look and find nothing. */
  private async publishTogether(jobs: readonly Job[]): Promise<void> {
    const fresh = new Map<string, number>();
    try {
      await Promise.all(
        jobs.map(async (job) => {
          if (!(await this.publishOne(job))) return;
          const { key } = flowOf(job);
          fresh.set(key, (fresh.get(key) ?? 0) + 1);
        }),
      );
    } finally {
      for (const [key, count] of fresh) this.streams.connection.publish(this.names.ready(key), String(count));
    }
  }

  async work(
    kind: JobKind,
    concurrency: number,
    handle: (job: Job, context: JobContext) => Promise<void>,
    limits?: JobLimits,
  ): Promise<JobWorker> {
    const { streams, names, timing, dead, workers } = this;
    const onStopped = (worker: NatsJobWorker) => workers.delete(worker);
    const options = { streams, names, timing, dead, kind, concurrency, handle, limits, onStopped };
    const worker = new NatsJobWorker(options);
    workers.add(worker);
    return worker;
  }

  /**
   * Delivers at once what was in the hands of workers that are gone, instead of when their time is up. For who knows
   * to be the only one to take jobs, before it takes any: whoever works on one at this moment would have company.
   * @returns how many were in hand
   */
  async inherit(): Promise<number> {
    return this.streams.mending(async () => {
      const { consumers } = await this.streams.api();
      const left: { readonly name: string; readonly count: number }[] = [];
      for await (const { name, num_ack_pending: count } of consumers.list(this.names.jobs))
        if (count > 0) left.push({ name, count });
      if (left.length === 0) return 0;
      const patience = async (ms: number) => {
        for (const { name } of left) await consumers.update(this.names.jobs, name, { ack_wait: nanos(ms) });
      };
      // the server judges what is in hand anew when the time it allows changes
      await patience(IMPATIENT_MS);
      try {
        await pause(JUDGED_AFTER_MS);
      } finally {
        await patience(this.timing.ackWaitMs);
      }
      return left.reduce((sum, { count }) => sum + count, 0);
    });
  }

  async depth(): Promise<Readonly<Record<string, number>>> {
    return this.streams.mending(async () => {
      const { streams } = await this.streams.api();
      const [waiting, dead] = await Promise.all([
        streams.info(this.names.jobs, { subjects_filter: '>' }),
        streams.info(this.names.dead),
      ]);
      const depth: Record<string, number> = {};
      for (const [subject, count] of Object.entries(waiting.state.subjects ?? {})) {
        const { kind } = this.names.flowOf(subject);
        depth[kind] = (depth[kind] ?? 0) + count;
      }
      for (const { flow } of this.handed()) depth[flow.kind] = (depth[flow.kind] ?? 0) + 1;
      return { ...depth, dead: dead.state.messages };
    });
  }

  /** What workers have in hand that the stream does not hold. */
  private *handed(): Iterable<HandedFigures> {
    yield* this.handedHere();
    yield* this.elsewhere.figures();
  }

  private *handedHere(): Iterable<HandedFigures> {
    for (const worker of this.workers) yield* worker.handed;
  }

  /** @returns false when it was there before */
  private async publishOne(job: Job): Promise<boolean> {
    try {
      const { duplicate } = await this.streams.publish(this.names.subject(job), writeJob(job), {
        msgID: job.id,
      });
      return !duplicate;
    } catch (cause) {
      throw new Refusal(
        'JOB_NOT_QUEUED',
        `The job queue did not take job ${job.id}.`,
        { job: job.id, kind: job.kind },
        'retryable',
        { cause },
      );
    }
  }
}
