import { NO_PERMITS, type Permits } from '../../kernel/permits.js';
import type { PermitStore, StoredPermits } from '../../ports/permits.js';

/** The same rules in one process. */
export class MemoryPermitStore implements PermitStore {
  private readonly stored = new Map<string, StoredPermits>();

  async load(key: string): Promise<StoredPermits> {
    return this.stored.get(key) ?? { key, permits: NO_PERMITS, version: 0 };
  }

  async save(key: string, permits: Permits, version: number): Promise<number | undefined> {
    if ((this.stored.get(key)?.version ?? 0) !== version) return undefined;
    this.stored.set(key, { key, permits, version: version + 1 });
    return version + 1;
  }

  async all(limit: number): Promise<readonly StoredPermits[]> {
    return [...this.stored.values()].slice(0, limit);
  }
}
