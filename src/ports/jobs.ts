export type JobKind = 'plan' | 'step' | 'receipt' | 'prove' | 'chain';
export type Priority = 'high' | 'normal' | 'low';

/** Work for a worker. Carries ids only; content is read from the event store. Rebuilt from events when lost. */
export interface Job {
  readonly kind: JobKind;
  readonly priority: Priority;
  /** publishing the same id again within two minutes changes nothing */
  readonly id: string;
  readonly correlationId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface JobContext {
  /** 1 for the first delivery */
  readonly delivery: number;
  /** aborted when the worker stops */
  readonly signal: AbortSignal;
}

export interface JobWorker {
  /** waits for jobs in flight, up to `graceMs`, then gives them back */
  stop(graceMs: number): Promise<void>;
}

/** A work queue: explicit acknowledgement, redelivery, dead letters after LIMITS.jobDeliveries. */
export interface JobQueue {
  publish(jobs: readonly Job[]): Promise<void>;
  /** A handler that throws a retryable error gives the job back with a delay; a terminal one buries it. */
  work(
    kind: JobKind,
    concurrency: number,
    handle: (job: Job, context: JobContext) => Promise<void>,
  ): Promise<JobWorker>;
  /** waiting and in-flight jobs by kind, dead ones under `dead` */
  depth(): Promise<Readonly<Record<string, number>>>;
}

/** A job that nobody could do. What it says of its failure is a code; a sentence might quote what users wrote. */
export interface DeadLetter {
  /** sorts in the order in which the jobs were queued first; kept when a job that was run again dies again */
  readonly id: string;
  readonly kind: JobKind;
  readonly priority: Priority;
  /** in the form of this version, or undefined where this version cannot read it */
  readonly job: Job | undefined;
  readonly code: string;
  readonly deliveries: number;
  /** UTC, ISO 8601 */
  readonly diedAt: string;
}

export interface DeadLetterQuery {
  /** id; only what was queued later */
  readonly after?: string;
  readonly kind?: JobKind;
  readonly correlationId?: string;
  readonly limit: number;
}

/** Jobs that were given up, for operators. */
export interface DeadLetters {
  /** oldest first */
  list(query: DeadLetterQuery): Promise<readonly DeadLetter[]>;
  get(id: string): Promise<DeadLetter | undefined>;
  /** Keeps the letter's place. @returns the letter as it is now; undefined when there is none to edit any more */
  edit(id: string, payload: Job['payload']): Promise<DeadLetter | undefined>;
  /** Back to the workers, with all its deliveries before it. @returns false when there is none, or none to read */
  rerun(id: string): Promise<boolean>;
  /** @returns false when there is none */
  drop(id: string): Promise<boolean>;
}

/** How much there is to do of one kind and priority. */
export interface QueueFigures {
  readonly kind: JobKind;
  readonly priority: Priority;
  /** published, or given back, and with no worker */
  readonly waiting: number;
  /** with a worker, or given back and resting before the next delivery */
  readonly inFlight: number;
  /** publication of the oldest that is not done, UTC, ISO 8601 */
  readonly oldestAt: string;
}

export interface QueueView {
  /** those that are not empty, by kind, then high before low */
  queues(): Promise<readonly QueueFigures[]>;
}
