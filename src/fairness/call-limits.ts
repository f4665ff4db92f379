import { LRUCache } from 'lru-cache';
import { growing } from '../kernel/growing.js';
import type { CallLimit } from '../kernel/permits.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { Admission, HeldBecause, JobFlow, JobLimits } from '../ports/jobs.js';
import type { PermitStore } from '../ports/permits.js';
import type { Log } from '../runtime/log.js';
import { type LimitTable, serviceKey, userKey } from './limit-table.js';
import { LEASE_MS, LimitedKey } from './limited-key.js';

/** ms after which a full key is asked again: another process may have released something meanwhile. */
const ASK_AGAIN = 200;
const KEYS = 10_000;

type Released = Parameters<Parameters<JobLimits['onRelease']>[0]>[0];

/**
 * Calls under way at once for a user and to a service, and calls a minute to a service, counted over all processes.
 * Exact as long as every process that holds a permit renews it in time; one that was paused for longer than its
 * lease may be counted again only after it has gone on.
 */
export class CallLimits implements JobLimits {
  private readonly keys = new LRUCache<string, LimitedKey>(growing(KEYS));
  /** keys that are full, since when, and until when nobody needs to ask */
  private readonly full = new Map<
    string,
    { readonly since: number; readonly until: number; readonly because: HeldBecause }
  >();
  private readonly listeners: ((released: Released) => void)[] = [];
  private readonly renewing: NodeJS.Timeout;

  constructor(
    private readonly store: PermitStore,
    private readonly limits: LimitTable,
    private readonly clock: Clock,
    private readonly chance: Pick<Chance, 'ulid'>,
    private readonly log: Log,
  ) {
    this.renewing = setInterval(() => this.renew(), LEASE_MS / 3);
    this.renewing.unref();
  }

  onRelease(listener: (released: Released) => void): void {
    this.listeners.push(listener);
  }

  async stop(): Promise<void> {
    clearInterval(this.renewing);
    await Promise.allSettled([...this.keys.values()].map((key) => key.flush()));
  }

  async admit({ owner, service }: JobFlow): Promise<Admission> {
    const user = owner ? this.limits.user() : undefined;
    const called = service === undefined ? undefined : this.limits.service(service);
    const wanted = [
      ...(user ? [{ key: userKey(owner), limit: user, of: { owner } }] : []),
      ...(called ? [{ key: serviceKey(service!), limit: called, of: { service: service! } }] : []),
    ];
    const holder = this.chance.ulid();
    const taken: typeof wanted = [];
    for (const one of wanted) {
      const held = await this.take(one.key, one.limit, holder);
      if (held) {
        for (const { key, limit } of taken) this.giveBack(key, limit, holder, true);
        return { admitted: false, ...held };
      }
      taken.push(one);
    }
    return { admitted: true, permit: { release: (unused) => this.release(taken, holder, unused) } };
  }

  private async take(key: string, limit: CallLimit, holder: string) {
    const now = this.clock.now();
    const full = this.full.get(key);
    // a clock that was set back says nothing of when that was
    if (full && full.since <= now && full.until > now)
      return { because: full.because, retryIn: full.until - now };
    this.full.delete(key);
    try {
      const taking = await this.keyOf(key, limit).take(holder);
      if (taking.taken) return undefined;
      const retryIn = taking.because === 'rate' ? taking.retryIn : Math.min(ASK_AGAIN, taking.retryIn);
      return this.close(key, reasonOf(key, taking.because), retryIn);
    } catch (error) {
      this.log.warn({ key, error: String(error) }, 'permits not reached, the calls wait');
      return this.close(key, reasonOf(key, 'concurrency'), ASK_AGAIN);
    }
  }

  private close(key: string, because: HeldBecause, retryIn: number) {
    const since = this.clock.now();
    this.full.set(key, { since, until: since + retryIn, because });
    return { because, retryIn };
  }

  private release(
    taken: readonly { readonly key: string; readonly limit: CallLimit; readonly of: Released }[],
    holder: string,
    unused?: 'unused',
  ): void {
    for (const { key, limit, of } of taken) {
      this.giveBack(key, limit, holder, unused !== undefined);
      for (const listener of this.listeners) listener(of);
    }
  }

  /** When it fails the lease ends by itself. */
  private giveBack(key: string, limit: CallLimit, holder: string, unused: boolean): void {
    this.keyOf(key, limit)
      .giveBack(holder, unused)
      .catch((error: unknown) =>
        this.log.warn({ key, error: String(error) }, 'permit not given back, it runs out'),
      );
    if (this.full.get(key)?.because !== 'service_rate') this.full.delete(key);
  }

  private keyOf(key: string, limit: CallLimit): LimitedKey {
    const known = this.keys.get(key);
    if (known) return known;
    const made = new LimitedKey(key, limit, this.store, this.clock);
    this.keys.set(key, made);
    return made;
  }

  private renew(): void {
    for (const [key, limited] of this.keys.entries())
      if (limited.isHeld)
        limited
          .renew()
          .catch((error: unknown) => this.log.warn({ key, error: String(error) }, 'permits not renewed'));
  }
}

const reasonOf = (key: string, because: 'concurrency' | 'rate'): HeldBecause => {
  if (because === 'rate') return 'service_rate';
  return key.startsWith('user/') ? 'user_concurrency' : 'service_concurrency';
};
