import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type pg from 'pg';
import { type CuttableRelay, cuttableRelay } from '../../../test/kit/cuttable-relay.js';
import { type FreshDatabase, freshDatabase } from '../../../test/kit/postgres.js';
import { reachable } from './connection-loss.js';
import { openPool } from './pool.js';

let database: FreshDatabase;
let relay: CuttableRelay;
let pool: pg.Pool;

beforeEach(async () => {
  database = await freshDatabase();
  relay = await cuttableRelay(database.url);
  pool = openPool(relay.url, 'test');
});
afterEach(async () => {
  await pool.end();
  await relay.close();
  await database.drop();
});

it('a connection that breaks between two statements of a transaction fails there, and ends no process', async () => {
  const client = await pool.connect();
  await client.query('BEGIN');
  const gone = new Promise((resolve) => client.once('end', resolve));
  relay.cut();
  await gone;
  await expect(client.query('SELECT 1')).rejects.toThrow();
  client.release(true);
  relay.mend();
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

it('a connection that is dead, and does not say so, is given up with the statement that nobody answers', async () => {
  const leases = openPool(relay.url, 'test', 1, { query_timeout: 300 });
  try {
    await leases.query('SELECT 1');
    relay.mute();
    await expect(reachable(leases.query('SELECT 1'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect((await leases.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  } finally {
    await leases.end();
  }
});
