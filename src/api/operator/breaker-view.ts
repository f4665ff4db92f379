import type { Breaker } from '../../kernel/breaker.js';
import { isoTime } from '../../kernel/time.js';
import type { ApiDependencies } from '../dependencies.js';

/** Breakers shown at once; services beyond them show none. */
const SHOWN = 1_000;

export interface BreakerView {
  readonly state: Breaker['is'];
  /** failures that still count, while it is closed */
  readonly failures: number;
  /** when a probe may try */
  readonly retryAt: string | null;
}

const CLOSED: BreakerView = { state: 'closed', failures: 0, retryAt: null };

export const breakerView = (breaker: Breaker): BreakerView =>
  breaker.is === 'closed'
    ? { state: breaker.is, failures: breaker.failures.length, retryAt: null }
    : { state: breaker.is, failures: 0, retryAt: isoTime(breaker.until) };

/** By service id; asking for one that never moved gives a closed one. Null where the breakers cannot be reached. */
export async function breakerViews({
  breakers,
  log,
}: Pick<ApiDependencies, 'breakers' | 'log'>): Promise<(serviceId: string) => BreakerView | null> {
  try {
    const moved = await breakers.all(SHOWN);
    const views = new Map(moved.map(({ serviceId, breaker }) => [serviceId, breakerView(breaker)]));
    return (serviceId) => views.get(serviceId) ?? CLOSED;
  } catch (error) {
    log.warn({ error: String(error) }, 'breakers not reached');
    return () => null;
  }
}
