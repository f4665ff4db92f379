import { MemoryBreakerStore } from '../../src/adapters/memory/breaker-store.js';
import type { Breaker } from '../../src/kernel/breaker.js';
import type { BreakerStore, StoredBreaker } from '../../src/ports/breakers.js';
import type { Network } from './network.js';

/** What all processes know of services that fail, behind the same unsafe way. */
export class SharedBreakers implements BreakerStore {
  private readonly memory = new MemoryBreakerStore();

  constructor(private readonly network: Network) {}

  load(serviceId: string): Promise<StoredBreaker> {
    return this.network.call('load breaker', () => this.memory.load(serviceId));
  }

  save(serviceId: string, breaker: Breaker, version: number): Promise<boolean> {
    return this.network.call('save breaker', () => this.memory.save(serviceId, breaker, version));
  }

  all(limit: number): Promise<readonly StoredBreaker[]> {
    return this.memory.all(limit);
  }
}
