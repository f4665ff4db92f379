import { backoffMs } from '../kernel/backoff.js';

/** How patient a queue is. The defaults are for machines; tests are less patient. */
export interface JobTiming {
  /** a worker that says nothing for so long is taken for dead, and its job given to another */
  readonly ackWaitMs: number;
  /** @param delivery the one that failed, from 1 */
  readonly retryDelayMs: (delivery: number) => number;
}

const RETRY = { maxAttempts: Number.POSITIVE_INFINITY, initialMs: 500, multiplier: 2, maxMs: 30_000 };

export const DEFAULT_JOB_TIMING: JobTiming = {
  ackWaitMs: 8_000,
  retryDelayMs: (delivery) => backoffMs(RETRY, delivery, Math.random()),
};
