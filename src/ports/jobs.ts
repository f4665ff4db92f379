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
  /** user it is done for: users share the workers fairly. Jobs of nobody share as if they were one user's */
  readonly owner?: string;
  /** service it calls, where it calls one */
  readonly service?: string;
}

/** Jobs of one kind that may be done in any order: of one owner, for one service, of one priority. */
export interface JobFlow {
  readonly key: string;
  readonly kind: JobKind;
  readonly priority: Priority;
  /** '' for nobody */
  readonly owner: string;
  readonly service?: string;
}

/** Why a flow may not go on: its owner or its service has as many calls under way as allowed, or too many of late. */
export type HeldBecause = 'user_concurrency' | 'service_concurrency' | 'service_rate';

export type Admission =
  | { readonly admitted: true; readonly permit: Permit }
  | { readonly admitted: false; readonly because: HeldBecause /** ms */; readonly retryIn: number };

/** One job of a flow may be under way. */
export interface Permit {
  /** @param unused nothing was started: it does not count */
  release(unused?: 'unused'): void;
}

/** Asked before a job is taken from the queue: what may not run yet takes no worker and loses no delivery. */
export interface JobLimits {
  admit(flow: JobFlow): Promise<Admission>;
  /** Calls `listener` when something was released: held flows of this owner, or of this service, may ask again. */
  onRelease(listener: (released: { readonly owner?: string; readonly service?: string }) => void): void;
}

export interface JobContext {
  /** 1 for the first delivery */
  readonly delivery: number;
  /** aborted when the worker stops */
  readonly signal: AbortSignal;
}

/** A job in the hands of a worker that was in no queue. */
export interface HandedJob {
  /** `left`: it failed, or the worker stops; it is for whoever handed it over to queue it */
  readonly ended: Promise<'done' | 'left'>;
}

export interface JobWorker {
  /**
   * Takes a job past the queue, when it may begin at once and nobody waits for that turn. It is not durable here.
   * @returns undefined when it is to be queued like any other
   */
  handOver(job: Job): Promise<HandedJob | undefined>;
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
    limits?: JobLimits,
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
  /** what is not done yet, by flow, at most `limit` of those with the most to do; of one owner, or of all */
  flows(limit: number, owner?: string): Promise<readonly FlowFigures[]>;
}

/** How much there is to do of one flow. */
export interface FlowFigures {
  readonly flow: JobFlow;
  readonly waiting: number;
  readonly inFlight: number;
  readonly oldestAt: string;
}
