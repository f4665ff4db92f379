import { isOfWrongClock } from './clocks.js';

/**
 * A circuit breaker of one service (domain.md 6): closed, open after {@link BREAKER}.failures within `window`,
 * half-open after `rest` with one probe, which closes or opens it. Times are ms since the epoch.
 *
 * What comes back late, from a call that was let through before the breaker opened, changes nothing any more.
 */
export type Breaker =
  | { readonly is: 'closed' /** when it failed, oldest first */; readonly failures: readonly number[] }
  | { readonly is: 'open' /** from then on a probe may try */; readonly until: number }
  | {
      readonly is: 'half-open';
      readonly probe: string;
      /** a probe that says nothing until then is given up, and another may try */
      readonly until: number;
    };

export const BREAKER = { failures: 5, window: 60_000, rest: 30_000, probeTime: 120_000 } as const;

export const CLOSED: Breaker = { is: 'closed', failures: [] };

export type Admission =
  | { readonly admitted: true /** as which it goes, where it is the probe */; readonly probe?: string }
  | {
      readonly admitted: false;
      /** at the latest, where a probe is under way */
      readonly retryAt: number;
      readonly isProbed: boolean;
    };

/**
 * One that was opened by a clock far ahead lets a probe through: it would stay open for as long as that clock is ahead.
 * @param caller an id of its own, by which a probe is known again
 */
export function admit(breaker: Breaker, now: number, caller: string): Admission {
  if (breaker.is === 'closed') return { admitted: true };
  const most = breaker.is === 'open' ? BREAKER.rest : BREAKER.probeTime;
  return now < breaker.until && !isOfWrongClock(breaker.until, now, most)
    ? { admitted: false, retryAt: breaker.until, isProbed: breaker.is === 'half-open' }
    : { admitted: true, probe: caller };
}

/** The breaker once `probe` is on its way. */
export const probing = (probe: string, now: number): Breaker => ({
  is: 'half-open',
  probe,
  until: now + BREAKER.probeTime,
});

/** @param probe of the call, where it was one @returns the same object when nothing changes */
export function succeeded(breaker: Breaker, probe: string | undefined): Breaker {
  return isItsProbe(breaker, probe) ? CLOSED : breaker;
}

/** @returns the same object when nothing changes */
export function failed(breaker: Breaker, now: number, probe: string | undefined): Breaker {
  if (isItsProbe(breaker, probe)) return { is: 'open', until: now + BREAKER.rest };
  if (breaker.is !== 'closed') return breaker;
  const failures = [...breaker.failures, now].filter((at) => at > now - BREAKER.window);
  return failures.length >= BREAKER.failures
    ? { is: 'open', until: now + BREAKER.rest }
    : { is: 'closed', failures };
}

/** The probe ended without an answer that says anything about the service: another may try at once. */
export function abandoned(breaker: Breaker, now: number, probe: string | undefined): Breaker {
  return isItsProbe(breaker, probe) ? { is: 'open', until: now } : breaker;
}

const isItsProbe = (breaker: Breaker, probe: string | undefined): boolean =>
  breaker.is === 'half-open' && breaker.probe === probe;
