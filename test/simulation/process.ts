import type { Clock } from '../../src/ports/clock.js';
import type { Owner, Scheduler } from './scheduler.js';

/** One life of one process: after a crash another one begins, with an empty memory. */
export class SimulatedProcess implements Owner, Clock {
  alive = true;
  pausedUntil = 0;
  /** ms its clock is wrong by */
  skew = 0;

  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler,
  ) {}

  now(): number {
    return this.scheduler.now + this.skew;
  }

  crash(): void {
    this.alive = false;
  }
}
