import { type ErrorRecord, errorRecord } from '../../kernel/errors.js';
import type { Job, JobContext, JobKind, JobWorker } from '../../ports/jobs.js';
import { readJob } from '../job-message.js';
import type { JobTiming } from '../job-timing.js';
import { exhausted, isExhausted, verdictOn } from '../job-verdict.js';
import type { NatsDeadLetters } from './dead-letters.js';
import type { Delivery } from './delivery.js';
import { JobPuller } from './job-puller.js';
import { type JobNames, PRIORITIES } from './job-streams.js';
import type { DisposableStreams } from './streams.js';

/** How long a worker rests after JetStream could not be mended. */
const REST_MS = 500;
/** A worker sends a sign of life this many times within one ack wait. */
const SIGNS_OF_LIFE = 3;

type Handle = (job: Job, context: JobContext) => Promise<void>;

/** Takes jobs of one kind, high priority first, as many at once as it has hands. */
export class NatsJobWorker implements JobWorker {
  private readonly lanes: readonly { readonly puller: JobPuller; readonly waiting: Delivery[] }[];
  private readonly running = new Map<Delivery, Promise<void>>();
  private readonly abort = new AbortController();
  private readonly signsOfLife: NodeJS.Timeout;
  private readonly loop: Promise<void>;
  private stopped = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly streams: DisposableStreams,
    names: JobNames,
    private readonly timing: JobTiming,
    private readonly dead: NatsDeadLetters,
    kind: JobKind,
    private readonly concurrency: number,
    private readonly handle: Handle,
  ) {
    this.lanes = PRIORITIES.map((priority) => {
      const waiting: Delivery[] = [];
      const consumer = names.consumer(kind, priority);
      const take = (delivery: Delivery) => {
        if (this.stopped) return delivery.giveBack(0);
        waiting.push(delivery);
        this.startWaiting();
      };
      return { waiting, puller: new JobPuller(streams.connection, names.jobs, consumer, take) };
    });
    this.signsOfLife = setInterval(() => this.sayStillWorking(), timing.ackWaitMs / SIGNS_OF_LIFE);
    this.loop = this.pullUntilStopped();
    void this.askAgainWhenReconnected();
  }

  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    this.wake();
    for (const { puller, waiting } of this.lanes) {
      puller.close();
      for (const delivery of waiting.splice(0)) delivery.giveBack(0);
    }
    await this.loop;
    await settledWithin([...this.running.values()], graceMs);
    this.abort.abort();
    clearInterval(this.signsOfLife);
    for (const delivery of this.running.keys()) delivery.giveBack(0);
    this.running.clear();
    if (!this.streams.connection.isClosed()) await this.streams.connection.flush().catch(() => undefined);
  }

  private get freeHands(): number {
    return (
      this.concurrency - this.running.size - this.lanes.reduce((sum, lane) => sum + lane.waiting.length, 0)
    );
  }

  private async pullUntilStopped(): Promise<void> {
    // A connection that was closed (not lost) never comes back: pulling on would only spin.
    while (!this.stopped && !this.streams.connection.isClosed()) {
      if (this.freeHands <= 0) await this.handFree();
      else if ((await this.pullByPriority()) === 0) await this.anyArrival();
    }
  }

  private async askAgainWhenReconnected(): Promise<void> {
    for await (const { type } of this.streams.connection.status()) {
      if (this.stopped) return;
      if (type === 'reconnect') for (const { puller } of this.lanes) puller.giveUp();
    }
  }

  private handFree(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private async pullByPriority(): Promise<number> {
    let taken = 0;
    for (const { puller } of this.lanes) {
      if (this.freeHands <= 0 || this.stopped) break;
      const end = await puller.pullNow(this.freeHands);
      taken += end.messages;
      if (end.missing) await this.mend();
    }
    return taken;
  }

  private async anyArrival(): Promise<void> {
    if (this.stopped) return;
    const end = await Promise.race(this.lanes.map(({ puller }) => puller.waitForOne()));
    if (end.missing) await this.mend();
  }

  /** The disk was wiped, or somebody deleted the streams. */
  private async mend(): Promise<void> {
    if (this.stopped) return;
    await this.streams.restore().catch(() => new Promise((resolve) => setTimeout(resolve, REST_MS)));
  }

  private startWaiting(): void {
    while (this.running.size < this.concurrency) {
      const delivery = this.lanes.find(({ waiting }) => waiting.length > 0)?.waiting.shift();
      if (!delivery) return;
      this.running.set(delivery, this.run(delivery));
    }
  }

  private async run(delivery: Delivery): Promise<void> {
    const finish = await this.outcomeOf(delivery);
    // given back meanwhile by stop(): another worker has it
    if (!this.running.delete(delivery)) return;
    finish();
    this.startWaiting();
    this.wake();
  }

  /** @returns what to tell JetStream. When a burial fails nothing is said: the job comes again and is buried then. */
  private async outcomeOf(delivery: Delivery): Promise<() => void> {
    const bury = async (error: ErrorRecord) => {
      const buried = await this.dead.bury(delivery, error);
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
      await this.handle(job, { delivery: delivery.count, signal: this.abort.signal });
      return delivery.done;
    } catch (error) {
      const verdict = verdictOn(error, delivery.count);
      if (verdict.kind === 'bury') return bury(verdict.error);
      return () => delivery.giveBack(this.timing.retryDelayMs(delivery.count));
    }
  }

  private sayStillWorking(): void {
    if (this.streams.connection.isClosed()) return;
    for (const delivery of this.running.keys()) delivery.stillWorking();
    for (const { waiting } of this.lanes) for (const delivery of waiting) delivery.stillWorking();
  }
}

async function settledWithin(work: readonly Promise<void>[], graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([Promise.allSettled(work), grace]);
  clearTimeout(timer);
}
