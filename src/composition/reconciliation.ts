import { reading } from '../adapters/postgres/connection-loss.js';
import { systemClock } from '../adapters/system/clock.js';
import { Reconciliation } from '../ledger/reconciliation.js';
import type { Dispatch } from '../runtime/dispatch.js';
import type { Parts } from './parts.js';

export const reconciliationOf = (
  { readPool, store, readModels, custody, reconciliations }: Parts,
  dispatch: Pick<Dispatch, 'load'>,
): Reconciliation =>
  new Reconciliation({
    dispatch,
    sql: {
      query: async (text, values = []) => ({
        rows: (await reading(() => readPool.query(text, [...values]))).rows,
      }),
    },
    store,
    readModels,
    custody,
    reconciliations,
    clock: systemClock,
  });
