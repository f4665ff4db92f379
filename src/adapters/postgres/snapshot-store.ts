import type pg from 'pg';
import { LIMITS } from '../../kernel/limits.js';
import type { Snapshot, SnapshotStore } from '../../ports/snapshots.js';
import { reachable } from './connection-loss.js';

const LOAD = `SELECT revision, event_id AS "eventId", state AS text FROM quittance_ops.snapshots
  WHERE stream = $1 AND shape = $2`;
const SAVE = `INSERT INTO quittance_ops.snapshots (stream, shape, revision, event_id, state)
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (stream, shape) DO UPDATE
  SET revision = excluded.revision, event_id = excluded.event_id, state = excluded.state, saved_at = now()
  WHERE snapshots.revision < excluded.revision`;
const PRUNE = `DELETE FROM quittance_ops.snapshots WHERE saved_at <
  (SELECT saved_at FROM quittance_ops.snapshots ORDER BY saved_at DESC OFFSET $1 LIMIT 1)`;

/** saves from one look at how many there are to the next */
const PRUNE_EVERY = 200;

/** On a pool whose database has OPS_SCHEMA; the table is unlogged, and empty after a crash of the server. */
export class PostgresSnapshotStore implements SnapshotStore {
  private saves = 0;

  /** @param most snapshots kept */
  constructor(
    private readonly pool: pg.Pool,
    private readonly most: number = LIMITS.snapshots,
    private readonly pruneEvery: number = PRUNE_EVERY,
  ) {}

  async load(stream: string, shape: string): Promise<Snapshot | undefined> {
    const query = { name: 'snapshot-load', text: LOAD, values: [stream, shape] };
    return (await reachable(this.pool.query<Snapshot>(query))).rows[0];
  }

  async save(stream: string, shape: string, { revision, eventId, text }: Snapshot): Promise<void> {
    const values = [stream, shape, revision, eventId, text];
    await reachable(this.pool.query({ name: 'snapshot-save', text: SAVE, values }));
    this.saves += 1;
    if (this.saves % this.pruneEvery === 0) await reachable(this.pool.query(PRUNE, [this.most - 1]));
  }
}
