import type { NatsConnection } from '@nats-io/transport-node';
import { Refusal } from '../../kernel/errors.js';
import type { Job, JobContext, JobKind, JobQueue, JobWorker } from '../../ports/jobs.js';
import { writeJob } from '../job-message.js';
import { DEFAULT_JOB_TIMING, type JobTiming } from '../job-timing.js';
import { NatsDeadLetters } from './dead-letters.js';
import { type JobNames, jobConsumer, jobNames, jobStreams, PRIORITIES } from './job-streams.js';
import { NatsJobWorker } from './job-worker.js';
import { NatsQueueView } from './queue-view.js';
import { DisposableStreams } from './streams.js';

/** Publishes in flight at once; the next wait for the acknowledgement of these. */
const PIPELINE = 256;

export interface NatsJobQueueOptions {
  /** sets this queue apart from others on the same server */
  readonly prefix?: string;
  readonly timing?: Partial<JobTiming>;
  /** how long a call goes on asking a server that does not answer */
  readonly patienceMs?: number;
}

/**
 * Jobs on a JetStream work-queue stream, one subject a kind and priority. The stream may be wiped at any time: it is
 * made again by the next call, and whoever dispatched the lost jobs dispatches them again.
 */
export class NatsJobQueue implements JobQueue {
  readonly dead: NatsDeadLetters;
  readonly view: NatsQueueView;
  private readonly names: JobNames;
  private readonly streams: DisposableStreams;
  private readonly timing: JobTiming;

  private constructor(connection: NatsConnection, options: NatsJobQueueOptions) {
    this.names = jobNames(options.prefix);
    const streams = jobStreams(this.names, options.prefix);
    this.streams = new DisposableStreams(connection, streams, new Map(), options.patienceMs);
    this.dead = new NatsDeadLetters(this.streams, this.names);
    this.view = new NatsQueueView(this.streams, this.names);
    this.timing = { ...DEFAULT_JOB_TIMING, ...options.timing };
  }

  static async open(connection: NatsConnection, options: NatsJobQueueOptions = {}): Promise<NatsJobQueue> {
    const queue = new NatsJobQueue(connection, options);
    await queue.streams.restore();
    return queue;
  }

  async publish(jobs: readonly Job[]): Promise<void> {
    for (let from = 0; from < jobs.length; from += PIPELINE) {
      await Promise.all(jobs.slice(from, from + PIPELINE).map((job) => this.publishOne(job)));
    }
  }

  async work(
    kind: JobKind,
    concurrency: number,
    handle: (job: Job, context: JobContext) => Promise<void>,
  ): Promise<JobWorker> {
    await this.streams.addConsumers(
      this.names.jobs,
      PRIORITIES.map((priority) => jobConsumer(this.names, kind, priority, this.timing.ackWaitMs)),
    );
    return new NatsJobWorker(this.streams, this.names, this.timing, this.dead, kind, concurrency, handle);
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
        const kind = subject.split('.').at(-2) ?? subject;
        depth[kind] = (depth[kind] ?? 0) + count;
      }
      return { ...depth, dead: dead.state.messages };
    });
  }

  private async publishOne(job: Job): Promise<void> {
    try {
      await this.streams.publish(this.names.subject(job), writeJob(job), { msgID: job.id });
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
