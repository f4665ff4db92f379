import type pg from 'pg';
import { Refusal } from '../../kernel/errors.js';
import type { ReconciliationStore, StoredReconciliation } from '../../ports/reconciliations.js';
import { reachable } from './connection-loss.js';

const LAST = `SELECT number, report, carried FROM quittance_ops.reconciliations ORDER BY number DESC LIMIT 1`;
/** A number that is not the next one stores nothing. */
const SAVE = `INSERT INTO quittance_ops.reconciliations (number, report, carried)
  SELECT $1, $2, $3 WHERE $1 = (SELECT coalesce(max(number), 0) + 1 FROM quittance_ops.reconciliations)
  ON CONFLICT (number) DO NOTHING`;
const PRUNE = 'DELETE FROM quittance_ops.reconciliations WHERE number <= $1';

/** Reports kept: three days of one every five minutes, and more. */
const KEPT = 1_000;

/** On a pool whose database has OPS_SCHEMA. */
export class PostgresReconciliationStore implements ReconciliationStore {
  constructor(private readonly pool: pg.Pool) {}

  async last(): Promise<StoredReconciliation | undefined> {
    return (await reachable(this.pool.query<StoredReconciliation>(LAST))).rows[0];
  }

  async save({ number, report, carried }: StoredReconciliation): Promise<void> {
    const values = [number, JSON.stringify(report), JSON.stringify(carried)];
    const { rowCount } = await reachable(this.pool.query(SAVE, values));
    if (rowCount !== 1)
      throw new Refusal('CONFLICT', 'Another process has reconciled meanwhile.', { number }, 'retryable');
    await reachable(this.pool.query(PRUNE, [number - KEPT]));
  }
}
