import pg from 'pg';
import { Refusal } from '../../kernel/errors.js';
import type { Position } from '../../kernel/event.js';
import type { ParkedStream, Parking, ReadModels } from '../../ports/read-models.js';
import type { Transaction } from '../../ports/sql.js';
import { migrate, type Schema } from './migrations.js';
import { allParked, PARKED, parkingOf } from './parked-rows.js';
import { PipelinedClient } from './pipelined-client.js';
import { openPool } from './pool.js';
import { inTransaction } from './row-transaction.js';

const MOVED = 'QT001';
const hasMoved = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === MOVED;

/** Raises where the checkpoint is not where it should be: what goes out behind it is not taken then. */
const MOVE = `CREATE FUNCTION quittance_read_models.move(its_model text, before text, after text, its_epoch bigint)
  RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE quittance_read_models.checkpoints SET position = after, epoch = its_epoch, moved_at = now()
      WHERE model = its_model AND position IS NOT DISTINCT FROM before AND epoch <= its_epoch;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the read model % was moved', its_model USING ERRCODE = '${MOVED}';
    END IF;
  END $$`;

const CHECKPOINTS: Schema = {
  name: 'quittance_read_models',
  versions: [
    `CREATE TABLE quittance_read_models.checkpoints
      (model text PRIMARY KEY, version int NOT NULL, position text, moved_at timestamptz NOT NULL DEFAULT now())`,
    'ALTER TABLE quittance_read_models.checkpoints ADD COLUMN epoch bigint NOT NULL DEFAULT 0',
    PARKED,
    MOVE,
  ],
};

const schemaOf = (model: string): string => {
  if (!/^[a-z][a-z_]{0,40}$/.test(model)) throw new RangeError(`not the name of a read model: ${model}`);
  return `rm_${model}`;
};

/**
 * Connections that see the tables of all `models` without naming their schemas. What is written through them is
 * not flushed at commit: rows and checkpoint are lost together, and projected again.
 * @param silenceMs after which the server ends a transaction that it hears nothing of: one of a process that stands
 * still locks a checkpoint, and whoever keeps the read model by then would wait for it
 */
export function openReadModelPool(
  url: string,
  models: readonly string[],
  { max = 8, silenceMs = 10_000 }: { readonly max?: number; readonly silenceMs?: number } = {},
): pg.Pool {
  const target = new URL(url);
  const path = [...models.map(schemaOf), 'public'].join(',');
  const settings = [
    `search_path=${path}`,
    'synchronous_commit=off',
    `idle_in_transaction_session_timeout=${silenceMs}`,
  ];
  target.searchParams.set('options', settings.map((setting) => `-c ${setting}`).join(' '));
  return openPool(target.toString(), 'read models', max, { Client: PipelinedClient });
}

/** Each read model has a schema of its own, dropped and rebuilt as a whole. */
export class PostgresReadModels implements ReadModels {
  private constructor(private readonly pool: pg.Pool) {}

  static async open(pool: pg.Pool): Promise<PostgresReadModels> {
    await migrate(pool, CHECKPOINTS);
    return new PostgresReadModels(pool);
  }

  async prepare(model: {
    name: string;
    version: number;
    schema: string;
    epoch?: number;
  }): Promise<Position | undefined> {
    const schema = schemaOf(model.name);
    const epoch = model.epoch ?? 0;
    return inTransaction(this.pool, async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [schema]);
      const { rows } = await transaction.query<{ version: number; position: Position | null; epoch: string }>(
        'SELECT version, position, epoch FROM quittance_read_models.checkpoints WHERE model = $1 FOR UPDATE',
        [model.name],
      );
      if (Number(rows[0]?.epoch ?? 0) > epoch) throw leaseLost(model.name);
      if (rows[0]?.version === model.version) {
        await transaction.query('UPDATE quittance_read_models.checkpoints SET epoch = $2 WHERE model = $1', [
          model.name,
          epoch,
        ]);
        return rows[0].position ?? undefined;
      }
      await transaction.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await transaction.query(`CREATE SCHEMA ${schema}`);
      await transaction.query(`SET LOCAL search_path = ${schema}, public`);
      await transaction.query(model.schema);
      await transaction.query('DELETE FROM quittance_read_models.parked WHERE model = $1', [model.name]);
      await transaction.query(
        `INSERT INTO quittance_read_models.checkpoints (model, version, position, epoch) VALUES ($1, $2, NULL, $3)
         ON CONFLICT (model) DO UPDATE
           SET version = excluded.version, position = NULL, moved_at = now(), epoch = excluded.epoch`,
        [model.name, model.version, epoch],
      );
      return undefined;
    });
  }

  /** How far each read model is, whoever keeps it. */
  async positions(): Promise<ReadonlyMap<string, Position>> {
    const { rows } = await this.pool.query<{ model: string; position: Position }>(
      'SELECT model, position FROM quittance_read_models.checkpoints WHERE position IS NOT NULL',
    );
    return new Map(rows.map(({ model, position }) => [model, position]));
  }

  advance<T>(
    name: string,
    from: Position | undefined,
    to: Position,
    write: (sql: Transaction, parking: Parking) => Promise<T>,
    epoch = 0,
  ): Promise<T> {
    return inTransaction(this.pool, (transaction) => write(transaction, parkingOf(name, transaction)), {
      first: moving(name, from, to, epoch),
      refusal: (error) => (hasMoved(error) ? movedByAnother(name) : undefined),
    });
  }

  standing<T>(
    { name, version }: { readonly name: string; readonly version: number },
    write: (sql: Transaction, parking: Parking, at: Position | undefined) => Promise<T>,
  ): Promise<T> {
    return inTransaction(this.pool, async (transaction) => {
      const { rows } = await transaction.query<{ version: number; position: Position | null }>(
        'SELECT version, position FROM quittance_read_models.checkpoints WHERE model = $1 FOR UPDATE',
        [name],
      );
      const found = rows[0];
      if (found?.version !== version) throw madeByAnother(name, found?.version ?? null, version);
      return write(transaction, parkingOf(name, transaction), found.position ?? undefined);
    });
  }

  parked(): Promise<readonly ParkedStream[]> {
    return allParked(this.pool);
  }
}

/** One statement without parameters: several of those go together, which those with parameters cannot. */
const moving = (name: string, from: Position | undefined, to: Position, epoch: number): string => {
  const [model, before, after] = [name, from ?? null, to].map((text) =>
    text === null ? 'NULL' : pg.escapeLiteral(text),
  );
  return `SELECT quittance_read_models.move(${model}, ${before}, ${after}, ${Number(epoch)})`;
};

const movedByAnother = (name: string): Refusal =>
  new Refusal('CONFLICT', `Another process moved the read model ${name}.`, { model: name }, 'retryable');

const madeByAnother = (model: string, found: number | null, version: number): Refusal =>
  new Refusal(
    'READ_MODEL_OTHER',
    `The read model ${model} was not made by this version of the program, or not made yet.`,
    { model, found, version },
    'retryable',
  );

const leaseLost = (model: string): Refusal =>
  new Refusal('LEASE_LOST', `Another process keeps the read model ${model} now.`, { model });
