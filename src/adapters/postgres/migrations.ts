import type pg from 'pg';
import { Refusal } from '../../kernel/errors.js';

/** The n-th statement text brings a schema to version n. What was released is never edited, only added to. */
export interface Schema {
  readonly name: string;
  readonly versions: readonly string[];
}

/**
 * Brings a schema up to date, once, whoever else starts at the same moment: one transaction under an advisory lock.
 * @throws Refusal DATA_TOO_NEW when the data was written by a newer version of this program
 */
export async function migrate(pool: pg.Pool, schema: Schema): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`migrate ${schema.name}`]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema.name}`);
    await client.query(`CREATE TABLE IF NOT EXISTS ${schema.name}.migrations
      (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`);
    await bringUp(client, schema);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

async function bringUp(client: pg.PoolClient, { name, versions }: Schema): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT coalesce(max(version), 0) AS version FROM ${name}.migrations`,
  );
  const found = rows[0]!.version;
  if (found > versions.length)
    throw new Refusal(
      'DATA_TOO_NEW',
      `The data in ${name} has version ${found}; this program knows ${versions.length}. Use a newer program.`,
      { schema: name, found, known: versions.length },
    );
  for (let version = found + 1; version <= versions.length; version++) {
    await client.query(versions[version - 1]!);
    await client.query(`INSERT INTO ${name}.migrations (version) VALUES ($1)`, [version]);
  }
}
