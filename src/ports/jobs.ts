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
