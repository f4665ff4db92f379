import type { Json } from '../kernel/canonical-json.js';

/** What was found, numbered from 1 without gaps, and what the next one goes on from. */
export interface StoredReconciliation {
  readonly number: number;
  readonly report: Json;
  readonly carried: Json;
}

export interface ReconciliationStore {
  last(): Promise<StoredReconciliation | undefined>;
  /**
   * Keeps one, and forgets those long past.
   * @throws Refusal CONFLICT, retryable, when another process kept one of this number
   */
  save(reconciliation: StoredReconciliation): Promise<void>;
}
