import { MemoryPermitStore } from '../../src/adapters/memory/permit-store.js';
import type { Permits } from '../../src/kernel/permits.js';
import type { PermitStore, StoredPermits } from '../../src/ports/permits.js';
import type { Network } from './network.js';

/** What all processes know of calls under way, behind the same unsafe way. */
export class SharedPermits implements PermitStore {
  private readonly memory = new MemoryPermitStore();

  constructor(private readonly network: Network) {}

  load(key: string): Promise<StoredPermits> {
    return this.network.call('load permits', () => this.memory.load(key));
  }

  save(key: string, permits: Permits, version: number): Promise<number | undefined> {
    return this.network.call('save permits', () => this.memory.save(key, permits, version));
  }

  all(limit: number): Promise<readonly StoredPermits[]> {
    return this.memory.all(limit);
  }
}
