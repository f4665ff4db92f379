import { describe, expect, it } from '@jest/globals';
import type { ReconciliationStore } from '../../src/ports/reconciliations.js';

export function reconciliationStoreContract(name: string, fresh: () => Promise<ReconciliationStore>): void {
  describe(`the reconciliation store ${name}`, () => {
    it('has none at first, and gives back the last', async () => {
      const store = await fresh();
      expect(await store.last()).toBeUndefined();
      for (const number of [1, 2]) await store.save({ number, report: { number }, carried: [`${number}`] });
      expect(await store.last()).toEqual({ number: 2, report: { number: 2 }, carried: ['2'] });
    });

    it('keeps the first of two that were made at once, and refuses the other', async () => {
      const store = await fresh();
      await store.save({ number: 1, report: 'first', carried: null });
      for (const number of [1, 3])
        await expect(store.save({ number, report: 'second', carried: null })).rejects.toMatchObject({
          code: 'CONFLICT',
          kind: 'retryable',
        });
      expect(await store.last()).toMatchObject({ number: 1, report: 'first' });
    });
  });
}
