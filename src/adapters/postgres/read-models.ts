import { createHash } from 'node:crypto';
import pg from 'pg';
import { Refusal } from '../../kernel/errors.js';
import type { Position } from '../../kernel/event.js';
import type { ParkedStream, Parking, ReadModels } from '../../ports/read-models.js';
import type { Sql } from '../../ports/sql.js';
import { full, isConnectionLoss, isFull, unavailable } from './connection-loss.js';
import { migrate, type Schema } from './migrations.js';
import { allParked, PARKED, parkingOf } from './parked-rows.js';
import { openPool } from './pool.js';

const CHECKPOINTS: Schema = {
  name: 'quittance_read_models',
  versions: [
    `CREATE TABLE quittance_read_models.checkpoints
      (model text PRIMARY KEY, version int NOT NULL, position text, moved_at timestamptz NOT NULL DEFAULT now())`,
    'ALTER TABLE quittance_read_models.checkpoints ADD COLUMN epoch bigint NOT NULL DEFAULT 0',
    PARKED,
  ],
};

const schemaOf = (model: string): string => {
  if (!/^[a-z][a-z_]{0,40}$/.test(model)) throw new RangeError(`not the name of a read model: ${model}`);
  return `rm_${model}`;
};

/**
 * Connections that see the tables of all `models` without naming their schemas. What is written through them is
 * not flushed at commit: rows and checkpoint are lost together, and projected again.
 */
export const openReadModelPool = (url: string, models: readonly string[], max = 8): pg.Pool => {
  const target = new URL(url);
  const path = [...models.map(schemaOf), 'public'].join(',');
  target.searchParams.set('options', `-c search_path=${path} -c synchronous_commit=off`);
  return openPool(target.toString(), 'read models', max);
};

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
    return this.transaction(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [schema]);
      const { rows } = await client.query<{ version: number; position: Position | null; epoch: string }>(
        'SELECT version, position, epoch FROM quittance_read_models.checkpoints WHERE model = $1 FOR UPDATE',
        [model.name],
      );
      if (Number(rows[0]?.epoch ?? 0) > epoch) throw leaseLost(model.name);
      if (rows[0]?.version === model.version) {
        await client.query('UPDATE quittance_read_models.checkpoints SET epoch = $2 WHERE model = $1', [
          model.name,
          epoch,
        ]);
        return rows[0].position ?? undefined;
      }
      await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await client.query(`CREATE SCHEMA ${schema}`);
      await client.query(`SET LOCAL search_path = ${schema}, public`);
      await client.query(model.schema);
      await client.query('DELETE FROM quittance_read_models.parked WHERE model = $1', [model.name]);
      await client.query(
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
    write: (sql: Sql, parking: Parking) => Promise<T>,
    epoch = 0,
  ): Promise<T> {
    return this.transaction(
      async (client, moved) => {
        if (moved !== 1)
          throw new Refusal(
            'CONFLICT',
            `Another process moved the read model ${name}.`,
            { model: name },
            'retryable',
          );
        return write(sqlOf(client), parkingOf(name, client.query.bind(client)));
      },
      moving(name, from, to, epoch),
    );
  }

  standing<T>(
    { name, version }: { readonly name: string; readonly version: number },
    write: (sql: Sql, parking: Parking, at: Position | undefined) => Promise<T>,
  ): Promise<T> {
    return this.transaction(async (client) => {
      const { rows } = await client.query<{ version: number; position: Position | null }>(
        'SELECT version, position FROM quittance_read_models.checkpoints WHERE model = $1 FOR UPDATE',
        [name],
      );
      const found = rows[0];
      if (found?.version !== version) throw madeByAnother(name, found?.version ?? null, version);
      return write(sqlOf(client), parkingOf(name, client.query.bind(client)), found.position ?? undefined);
    });
  }

  parked(): Promise<readonly ParkedStream[]> {
    return allParked(this.pool);
  }

  /**
   * @param first sent together with BEGIN: transactions are small and many
   * @param work is told how many rows that changed
   */
  private async transaction<T>(
    work: (client: pg.PoolClient, changed: number | null) => Promise<T>,
    first?: string,
  ): Promise<T> {
    const client = await this.pool.connect();
    try {
      const begun: unknown = await client.query(first === undefined ? 'BEGIN' : `BEGIN; ${first}`);
      const result = await work(client, Array.isArray(begun) ? (begun[1] as pg.QueryResult).rowCount : null);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }
}

const sqlOf = (client: pg.PoolClient): Sql => ({
  async query<Row extends object>(text: string, values: readonly unknown[] = []) {
    try {
      return { rows: (await client.query<Row & pg.QueryResultRow>(planned(text, [...values]))).rows };
    } catch (error) {
      throw passing(error) ?? error;
    }
  },
});

/** SQLSTATE classes of what happens to a statement that is right: lost races, want of room, a server that is told to stop. */
const IN_THE_WAY = /^(40|53|55P03|57|58)/;
/** What our side of the connection throws about what it is given. */
const OURS: readonly unknown[] = ['TypeError', 'RangeError', 'SyntaxError'];

/** What another try may not meet again; undefined where it is the statement that is wrong. */
function passing(error: unknown): Refusal | undefined {
  if (isFull(error)) return full(error);
  if (OURS.includes((error as Error).name)) return undefined;
  if (isConnectionLoss(error)) return unavailable(error);
  if (!(error instanceof pg.DatabaseError) || !IN_THE_WAY.test(error.code ?? '')) return undefined;
  const figures = { sqlstate: error.code ?? null };
  return new Refusal('STORE_BUSY', 'The database could not do it this time.', figures, 'retryable', {
    cause: error,
  });
}

/** One statement without parameters: several of those go together, which those with parameters cannot. */
const moving = (name: string, from: Position | undefined, to: Position, epoch: number): string => {
  const [model, before, after] = [name, from ?? null, to].map((text) =>
    text === null ? 'NULL' : pg.escapeLiteral(text),
  );
  return `UPDATE quittance_read_models.checkpoints SET position = ${after}, epoch = ${Number(epoch)}, moved_at = now()
    WHERE model = ${model} AND position IS NOT DISTINCT FROM ${before} AND epoch <= ${Number(epoch)}`;
};

/** Statements that write sets of rows come again with every batch: a connection plans each of them once. */
function planned(text: string, values: unknown[]): pg.QueryConfig {
  if (!text.startsWith('insert into')) return { text, values };
  const known = names.get(text);
  const name = known ?? `rm-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  if (known === undefined && names.size < NAMED) names.set(text, name);
  return { name, text, values };
}

const NAMED = 1_000;
const names = new Map<string, string>();

const madeByAnother = (model: string, found: number | null, version: number): Refusal =>
  new Refusal(
    'READ_MODEL_OTHER',
    `The read model ${model} was not made by this version of the program, or not made yet.`,
    { model, found, version },
    'retryable',
  );

const leaseLost = (model: string): Refusal =>
  new Refusal('LEASE_LOST', `Another process keeps the read model ${model} now.`, { model });
