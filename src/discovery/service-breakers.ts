import {
  type Admission,
  abandoned,
  admit,
  type Breaker,
  failed,
  probing,
  succeeded,
} from '../kernel/breaker.js';
import { Refusal } from '../kernel/errors.js';
import { isoTime } from '../kernel/time.js';
import type { BreakerStore } from '../ports/breakers.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { Log } from '../runtime/log.js';
import { isTheServices } from './blame.js';

/** ms a closed breaker is believed without asking again: how late an opening elsewhere is noticed. */
const BELIEVED = 500;
const BELIEVED_SERVICES = 10_000;
const RETRIES = 8;

/**
 * Keeps calls from services that fail. When the store cannot be asked, calls go through: a breaker spares time, it
 * protects nothing.
 */
export class ServiceBreakers {
  private readonly closedAt = new Map<string, number>();

  constructor(
    private readonly store: BreakerStore,
    private readonly clock: Clock,
    private readonly chance: Pick<Chance, 'ulid'>,
    private readonly log: Log,
  ) {}

  /**
   * @throws Refusal BREAKER_OPEN {retryAt}, retryable, without having called; {notBefore} besides, while nobody tries
   * whether it serves again. Otherwise what `call` throws
   */
  async guard<T>(serviceId: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const admission = await this.enter(serviceId);
    if (!admission.admitted) throw refused(admission);
    const { probe } = admission;
    try {
      const answer = await call();
      if (probe !== undefined) await this.move(serviceId, (breaker) => succeeded(breaker, probe));
      return answer;
    } catch (error) {
      const now = this.clock.now();
      if (!signal.aborted && isTheServices(error))
        await this.move(serviceId, (breaker) => failed(breaker, now, probe));
      else if (probe !== undefined) await this.move(serviceId, (breaker) => abandoned(breaker, now, probe));
      throw error;
    }
  }

  private async enter(serviceId: string): Promise<Admission> {
    const now = this.clock.now();
    const believed = this.closedAt.get(serviceId);
    if (believed !== undefined && Math.abs(now - believed) < BELIEVED) return { admitted: true };
    const caller = this.chance.ulid();
    let admission: Admission = { admitted: true };
    await this.move(serviceId, (breaker) => {
      admission = admit(breaker, now, caller);
      return admission.admitted && admission.probe !== undefined ? probing(admission.probe, now) : breaker;
    });
    return admission;
  }

  /** Tries again while other processes move the same breaker. */
  private async move(serviceId: string, change: (breaker: Breaker) => Breaker): Promise<void> {
    try {
      for (let tries = 0; tries < RETRIES; tries++) {
        const { breaker, version } = await this.store.load(serviceId);
        const next = change(breaker);
        if (next === breaker || (await this.store.save(serviceId, next, version)))
          return this.known(serviceId, breaker, next);
      }
      this.log.warn({ serviceId, tries: RETRIES }, 'breaker not moved: others kept moving it');
    } catch (error) {
      this.log.warn({ serviceId, error: String(error) }, 'breaker not reached, the call goes on');
    }
  }

  private known(serviceId: string, before: Breaker, after: Breaker): void {
    if (before.is !== after.is) this.log.warn({ serviceId, from: before.is, to: after.is }, 'breaker moved');
    this.closedAt.delete(serviceId);
    if (after.is !== 'closed') return;
    if (this.closedAt.size >= BELIEVED_SERVICES) this.closedAt.clear();
    this.closedAt.set(serviceId, this.clock.now());
  }
}

function refused({ retryAt, isProbed }: Admission & { admitted: false }): Refusal {
  const until = isoTime(retryAt);
  const message = isProbed
    ? `The service has failed too often; one call tries whether it serves again, until ${until} at the latest.`
    : `The service has failed too often and is left alone until ${until}.`;
  const figures = { retryAt: until, ...(!isProbed && { notBefore: until }) };
  return new Refusal('BREAKER_OPEN', `${message} Nothing was called or paid.`, figures, 'retryable');
}
