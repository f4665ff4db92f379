import type { Job } from './jobs.js';

/** Something to be done at a time: a command to send or a job to publish again. Derived from events. */
export interface Timer {
  /** setting the same id again moves it */
  readonly id: string;
  /** ms since the epoch */
  readonly dueAt: number;
  readonly action: TimerAction;
}

export type TimerAction =
  | {
      readonly do: 'command';
      readonly category: string;
      readonly aggregateId: string;
      readonly command: { readonly type: string } & Record<string, unknown>;
      readonly correlationId: string;
    }
  /** `every`, in ms: published again and again until it is cancelled, since a queue may lose what it was given */
  | { readonly do: 'job'; readonly job: Job; readonly every?: number };

/**
 * Begins the ids of timers that guard what one process has in hand: it moves them forward as long as it lives, and
 * whoever knows that it is gone need not wait for them.
 */
export const GUARD = 'guard/';

export interface TimerStore {
  set(timers: readonly Timer[]): Promise<void>;
  cancel(ids: readonly string[]): Promise<void>;
  /** cancels every timer whose id starts with `prefix` */
  cancelPrefix(prefix: string): Promise<void>;
  due(now: number, limit: number): Promise<readonly Timer[]>;
  /** removes a fired timer, unless it was moved meanwhile */
  done(timer: Timer): Promise<void>;
  /** moves a fired timer to when it fires next, unless it was cancelled or moved meanwhile */
  again(timer: Timer, dueAt: number): Promise<void>;
  /**
   * Gives at once what somebody was given who is gone, instead of when the lease is over, and what guards something in
   * the hands of somebody who is gone. What a living process fires at this moment is fired twice, which changes nothing.
   */
  inherit(): Promise<void>;
}
