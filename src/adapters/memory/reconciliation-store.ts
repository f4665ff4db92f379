import { Refusal } from '../../kernel/errors.js';
import type { ReconciliationStore, StoredReconciliation } from '../../ports/reconciliations.js';

export class MemoryReconciliationStore implements ReconciliationStore {
  private stored: StoredReconciliation | undefined;

  async last(): Promise<StoredReconciliation | undefined> {
    return this.stored;
  }

  async save(reconciliation: StoredReconciliation): Promise<void> {
    const number = (this.stored?.number ?? 0) + 1;
    if (reconciliation.number !== number)
      throw new Refusal('CONFLICT', 'Another process has reconciled meanwhile.', { number }, 'retryable');
    this.stored = JSON.parse(JSON.stringify(reconciliation)) as StoredReconciliation;
  }
}
