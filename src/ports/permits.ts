import type { Permits } from '../kernel/permits.js';

/** Permits as they were found; `version` is what {@link PermitStore.save} compares. */
export interface StoredPermits {
  readonly key: string;
  readonly permits: Permits;
  readonly version: number;
}

/** Permits shared by every process. Losing them is harmless: whoever holds one says so again. */
export interface PermitStore {
  /** A key that was never saved has no permits, and version 0. */
  load(key: string): Promise<StoredPermits>;
  /** @returns the new version, or undefined when another process saved meanwhile */
  save(key: string, permits: Permits, version: number): Promise<number | undefined>;
  /** those that are not forgotten, at most `limit` */
  all(limit: number): Promise<readonly StoredPermits[]>;
}
