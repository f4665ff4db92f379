import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { PipelinedClient } from '../../src/adapters/postgres/pipelined-client.js';

export interface FreshDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** ends the pool and removes the database, whoever else is still connected */
  drop(): Promise<void>;
}

/** A new, empty database on the Postgres of this test run (or on the one TEST_DATABASE_URL names). */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = testServerUrl('TEST_DATABASE_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  // template0 has no sessions of others, and a copy by WAL of so small a database is the faster strategy
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE template0 STRATEGY wal_log`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const pool = new pg.Pool({ connectionString: url, max: 10, Client: PipelinedClient });
  // DROP … WITH (FORCE) ends idle connections of the pool of a spec that did not end it
  pool.on('error', () => undefined);
  return {
    url,
    pool,
    async drop() {
      if (!pool.ended) await pool.end();
      await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

export function testServerUrl(variable: 'TEST_DATABASE_URL' | 'TEST_NATS_URL'): string {
  const url = process.env[variable];
  if (!url)
    throw new Error(`${variable} is not set: run this by jest, whose global set-up starts the server`);
  return url;
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
