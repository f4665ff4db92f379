import { Refusal } from '../../src/kernel/errors.js';
import { FaultTally } from './faults.js';
import type { Random } from './random.js';
import type { Owner, Scheduler } from './scheduler.js';

/** How unkind the world is, drawn once a seed: a quiet world shows other bugs than a stormy one. */
export interface Weather {
  /** that a request never arrives */
  readonly lostRequest: number;
  /** that something was done, and nobody hears of it */
  readonly lostAnswer: number;
  /** that a message takes seconds */
  readonly slow: number;
}

const unreachable = (what: string): Refusal =>
  new Refusal('UNAVAILABLE', `${what} could not be reached.`, {}, 'retryable');
const unheard = (what: string): Refusal =>
  new Refusal('UNAVAILABLE', `${what} did not answer.`, {}, 'unknown');

/**
 * Between a process and what it calls. A request travels, is carried out even if its sender is gone by then, and its
 * answer travels back to the process that asked, if that still lives.
 */
export class Network {
  /** off once faults stop */
  stormy = true;
  readonly faults = new FaultTally();

  constructor(
    readonly scheduler: Scheduler,
    readonly random: Random,
    private readonly weather: Weather,
  ) {}

  call<T>(
    what: string,
    carryOut: () => T | Promise<T>,
    options: { readonly steady?: true } = {},
  ): Promise<T> {
    const owner = this.scheduler.current;
    const unsafe = this.stormy && !options.steady;
    return new Promise<T>((resolve, reject) => {
      const answer = (how: string, settle: () => void, least = 0) =>
        this.scheduler.after(least + this.delay(), owner, `${what} ${how}`, settle);
      if (unsafe && this.faults.met(this.random.chance(this.weather.lostRequest), 'request lost')) {
        answer('lost', () => reject(unreachable(what)), this.random.between(10, 2_000));
        return;
      }
      this.scheduler.after(this.delay(), undefined, what, () => {
        const lost =
          unsafe &&
          this.stormy &&
          this.faults.met(this.random.chance(this.weather.lostAnswer), 'answer lost');
        Promise.resolve()
          .then(carryOut)
          .then(
            (value) =>
              lost
                ? answer('unheard', () => reject(unheard(what)), this.random.between(10, 2_000))
                : answer('done', () => resolve(value)),
            (error: unknown) => answer('refused', () => reject(error)),
          );
      });
    });
  }

  /** ms one message travels */
  delay(): number {
    if (this.stormy && this.faults.met(this.random.chance(this.weather.slow), 'message late'))
      return this.random.between(100, 8_000);
    return this.random.between(0, 4);
  }

  /** Waits in the name of the process that runs now. */
  wait(ms: number, owner: Owner | undefined = this.scheduler.current): Promise<void> {
    return new Promise((resolve) => void this.scheduler.after(ms, owner, 'waited', () => resolve()));
  }
}
