import type pg from 'pg';
import type { Position } from '../../kernel/event.js';
import type { ParkedStream, Parking } from '../../ports/read-models.js';
import type { Transaction } from '../../ports/sql.js';

/** Not in the schemas of the models: those are what a model's own statements see. */
export const PARKED = `CREATE TABLE quittance_read_models.parked (
    model text NOT NULL, stream text NOT NULL, position text NOT NULL, revision int NOT NULL, type text NOT NULL,
    after_position text, code text NOT NULL, detail text NOT NULL, attempts int NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (model, stream))`;

const SELECT = `SELECT model, stream, position, revision, type, after_position, code, detail, attempts, parked_at
  FROM quittance_read_models.parked`;
const ORDER = 'ORDER BY model, position';

interface ParkedRow extends Omit<ParkedStream, 'after' | 'parkedAt'> {
  readonly after_position: Position | null;
  readonly parked_at: Date;
}

const parkedOf = ({ after_position, parked_at, ...row }: ParkedRow): ParkedStream => ({
  ...row,
  after: after_position ?? undefined,
  parkedAt: parked_at.toISOString(),
});

export async function allParked(pool: pg.Pool): Promise<readonly ParkedStream[]> {
  const { rows } = await pool.query<ParkedRow>(`${SELECT} ${ORDER}`);
  return rows.map(parkedOf);
}

/** @param transaction that moves the model, or keeps it where it stands */
export const parkingOf = (model: string, transaction: Transaction): Parking => ({
  async all() {
    const { rows } = await transaction.query<ParkedRow>(`${SELECT} WHERE model = $1 ${ORDER}`, [model]);
    return rows.map(parkedOf);
  },
  async park(streams) {
    for (const { stream, position, revision, type, after, code, detail, attempts } of streams)
      await transaction.query(
        `INSERT INTO quittance_read_models.parked
           (model, stream, position, revision, type, after_position, code, detail, attempts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (model, stream) DO UPDATE
           SET position = excluded.position, revision = excluded.revision, type = excluded.type,
             after_position = excluded.after_position, code = excluded.code, detail = excluded.detail,
             attempts = excluded.attempts`,
        [model, stream, position, revision, type, after ?? null, code, detail, attempts],
      );
  },
  async release(stream) {
    await transaction.query('DELETE FROM quittance_read_models.parked WHERE model = $1 AND stream = $2', [
      model,
      stream,
    ]);
  },
});
