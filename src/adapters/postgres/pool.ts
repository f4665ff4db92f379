import pg from 'pg';

type Special = Pick<pg.PoolConfig, 'Client' | 'query_timeout'>;

/**
 * @param name shown in pg_stat_activity, so that an operator sees whose connection it is
 * @param special `query_timeout`: ms after which a statement is given up, together with its connection
 */
export function openPool(url: string, name: string, max = 8, special: Special = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    ...special,
    application_name: `quittance ${name}`,
    connectionTimeoutMillis: 10_000,
    // between two loads a connection waits: to open one takes the database a process and us a password's hashing
    idleTimeoutMillis: 300_000,
    keepAlive: true,
  });
  // A connection that breaks is replaced on the next query, and one in the middle of a transaction fails there;
  // without listeners, either would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * A pool whose commits are not flushed one by one. A crash loses a last part of them, always in order: for what is
 * made again from events, together with the checkpoint that says how far it was made; and for what is worth nothing
 * without an event that is appended to the same database after it.
 */
export function openRelaxedPool(url: string, name: string, max = 8): pg.Pool {
  const target = new URL(url);
  target.searchParams.set('options', '-c synchronous_commit=off');
  return openPool(target.toString(), name, max);
}
