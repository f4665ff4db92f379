import type { Breaker } from '../kernel/breaker.js';

/** A breaker as it was found; `version` is what {@link BreakerStore.save} compares. */
export interface StoredBreaker {
  readonly serviceId: string;
  readonly breaker: Breaker;
  readonly version: number;
}

/** Circuit breakers, shared by every process. Losing them is harmless: what is not known is closed. */
export interface BreakerStore {
  /** A service without one has a closed breaker of version 0. */
  load(serviceId: string): Promise<StoredBreaker>;
  /** @returns false when another process saved meanwhile */
  save(serviceId: string, breaker: Breaker, version: number): Promise<boolean>;
  /** those that were ever moved and are not forgotten, at most `limit` */
  all(limit: number): Promise<readonly StoredBreaker[]>;
}
