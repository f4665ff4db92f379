import type { Position } from '../kernel/event.js';
import type { Batch, Subscription } from '../ports/event-store.js';
import { Bell } from './bell.js';

/**
 * A subscription over anything that can answer "what comes after this position". It sleeps at the end of the log
 * until it is rung. A batch without events is handed over whenever the position moved past events the filter
 * left out, so that a checkpoint never lags behind what was looked at.
 */
export class LogSubscription implements Subscription {
  private readonly bell = new Bell();
  private stopped = false;
  private saidCaughtUp = false;

  constructor(
    private after: Position,
    private readonly next: (after: Position) => Batch | Promise<Batch>,
    private readonly onStop: (subscription: LogSubscription) => void,
  ) {}

  ring(): void {
    this.bell.ring();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.onStop(this);
    this.bell.ring();
  }

  /** Closing what is read from makes reads fail; that is an end, not an error. */
  private unlessStopped(reading: Promise<Batch>): Promise<Batch | undefined> {
    return reading.catch((error: unknown) => {
      if (this.stopped) return undefined;
      throw error;
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, void> {
    try {
      while (!this.stopped) {
        const next = this.next(this.after);
        const batch = next instanceof Promise ? await this.unlessStopped(next) : next;
        if (this.stopped || !batch) return;
        if (batch.position === this.after && (this.saidCaughtUp || !batch.caughtUp)) {
          await this.bell.wait();
          continue;
        }
        this.after = batch.position;
        this.saidCaughtUp ||= batch.caughtUp;
        yield batch;
      }
    } finally {
      await this.stop();
    }
  }
}
