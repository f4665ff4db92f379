import type pg from 'pg';
import type { Position } from '../../kernel/event.js';
import type { CheckpointStore } from '../../ports/checkpoints.js';
import { checkpointMoved } from '../checkpoint-moved.js';
import { reachable } from './connection-loss.js';

const FIRST = `INSERT INTO quittance_ops.checkpoints (subscriber, position) VALUES ($1, $2) ON CONFLICT DO NOTHING`;
const NEXT = `UPDATE quittance_ops.checkpoints SET position = $2, saved_at = now()
  WHERE subscriber = $1 AND position = $3`;

/** On a pool whose database has OPS_SCHEMA. */
export class PostgresCheckpointStore implements CheckpointStore {
  constructor(private readonly pool: pg.Pool) {}

  async load(subscriber: string): Promise<Position | undefined> {
    const { rows } = await reachable(
      this.pool.query<{ position: Position }>({
        name: 'checkpoint-load',
        text: 'SELECT position FROM quittance_ops.checkpoints WHERE subscriber = $1',
        values: [subscriber],
      }),
    );
    return rows[0]?.position;
  }

  async save(subscriber: string, position: Position, previous: Position | undefined): Promise<void> {
    const { rowCount } = await reachable(
      this.pool.query(
        previous === undefined
          ? { name: 'checkpoint-first', text: FIRST, values: [subscriber, position] }
          : { name: 'checkpoint-next', text: NEXT, values: [subscriber, position, previous] },
      ),
    );
    if (rowCount !== 1) throw checkpointMoved(subscriber, previous);
  }
}
