import { type LimitTable, serviceKey, userKey } from '../../src/fairness/limit-table.js';
import type { CallLimit } from '../../src/kernel/permits.js';
import type { JobFlow, JobLimits } from '../../src/ports/jobs.js';
import type { FaultTally } from './faults.js';
import type { Owner, Scheduler } from './scheduler.js';
import { must } from './violation.js';

interface UnderWay {
  readonly keys: readonly string[];
  readonly by: Owner;
}

/** ms after the last fault from which on nobody believes in places that a wrong clock dated, and knows all that live */
export const SETTLES_IN = 150_000;
/** ms for which a place may still seem to be taken that was given back */
const SEEMS_TAKEN = 1_000;

/**
 * No more calls than allowed are under way, and none waits for a place that nobody holds. Both are exact where nobody was
 * paused, or lost the way to the others: once faults have stopped.
 */
export class LimitRules {
  private readonly calls = new Set<UnderWay>();
  private readonly begun = new Map<string, number[]>();
  private readonly permits = new Set<UnderWay>();
  private readonly givenBackAt = new Map<string, number>();
  private exactFrom = Number.POSITIVE_INFINITY;

  constructor(
    private readonly scheduler: Scheduler,
    readonly limits: LimitTable,
    private readonly faults: FaultTally,
    private readonly judging: (judge: () => void) => void,
  ) {}

  /** A second call of the same service or user has to wait. */
  get areNarrow(): boolean {
    return this.limits.user()?.concurrency === 1 || this.limits.service('any')?.concurrency === 1;
  }

  /** No more faults come. */
  calm(): void {
    this.exactFrom = this.scheduler.now + SETTLES_IN;
  }

  /** Sees a call of a service begin and end. */
  async calling<T>(by: Owner, userId: string, serviceId: string, work: () => Promise<T>): Promise<T> {
    const call = { by, keys: [userKey(userId), serviceKey(serviceId)] };
    this.calls.add(call);
    this.judged(() => {
      this.isWithin(userKey(userId), this.limits.user());
      this.isWithin(serviceKey(serviceId), this.limits.service(serviceId));
    });
    try {
      return await work();
    } finally {
      this.calls.delete(call);
    }
  }

  /** Sees who is admitted by the limits of a process, and who is not. */
  watching(by: Owner, limits: JobLimits): JobLimits {
    return {
      onRelease: (listener) => limits.onRelease(listener),
      admit: async (flow) => {
        // who asks may hold one place already while it asks for the other
        const asked = this.holds(by, flow);
        const admission = await limits.admit(flow);
        if (admission.admitted) {
          const { permit } = admission;
          const release: typeof permit.release = (unused) => {
            asked.end(userKey(flow.owner), serviceKey(flow.service ?? ''));
            permit.release(unused);
          };
          return { admitted: true, permit: { release } };
        }
        const { because } = admission;
        this.faults.count('call held by a limit');
        asked.end(...(because === 'user_concurrency' ? [] : [userKey(flow.owner)]));
        if (because !== 'service_rate')
          this.judged(() => this.isTaken(keyOf(flow, because === 'user_concurrency')));
        return admission;
      },
    };
  }

  private holds(by: Owner, { owner, service }: JobFlow): { end(...given: string[]): void } {
    const held = { by, keys: [userKey(owner), serviceKey(service ?? '')] };
    this.permits.add(held);
    return {
      end: (...given) => {
        this.permits.delete(held);
        for (const key of given) this.givenBackAt.set(key, this.scheduler.now);
      },
    };
  }

  private judged(judge: () => void): void {
    if (this.scheduler.now >= this.exactFrom) this.judging(judge);
  }

  private isWithin(key: string, limit: CallLimit | undefined): void {
    const { concurrency = Number.POSITIVE_INFINITY, perMinute = Number.POSITIVE_INFINITY } = limit ?? {};
    const count = countOf(this.calls, key);
    must(count <= concurrency, 'limits', () => `${count} calls are under way for ${key} of ${concurrency}`);
    const { now } = this.scheduler;
    const lately = [...(this.begun.get(key) ?? []), now].filter((at) => at > now - 60_000);
    this.begun.set(key, lately);
    // one may have been due when the minute began
    must(lately.length <= perMinute + 1, 'limits', () => `${lately.length} calls a minute of ${key}`);
  }

  private isTaken(key: string): void {
    const since = this.scheduler.now - (this.givenBackAt.get(key) ?? Number.NEGATIVE_INFINITY);
    must(
      countOf(this.permits, key) > 0 || since < SEEMS_TAKEN,
      'limits',
      () => `${key} is said to be full, and nobody has had a call under way for ${since} ms`,
    );
  }
}

const keyOf = ({ owner, service }: JobFlow, isOfUser: boolean): string =>
  isOfUser ? userKey(owner) : serviceKey(service ?? '');

const countOf = (all: Iterable<UnderWay>, key: string): number =>
  [...all].filter(({ keys, by }) => by.alive && keys.includes(key)).length;
