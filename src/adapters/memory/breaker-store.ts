import { type Breaker, CLOSED } from '../../kernel/breaker.js';
import type { BreakerStore, StoredBreaker } from '../../ports/breakers.js';

/** The same rules in one process. */
export class MemoryBreakerStore implements BreakerStore {
  private readonly breakers = new Map<string, StoredBreaker>();

  async load(serviceId: string): Promise<StoredBreaker> {
    return this.breakers.get(serviceId) ?? { serviceId, breaker: CLOSED, version: 0 };
  }

  async save(serviceId: string, breaker: Breaker, version: number): Promise<boolean> {
    if ((this.breakers.get(serviceId)?.version ?? 0) !== version) return false;
    this.breakers.set(serviceId, { serviceId, breaker, version: version + 1 });
    return true;
  }

  async all(limit: number): Promise<readonly StoredBreaker[]> {
    return [...this.breakers.values()].slice(0, limit);
  }
}
