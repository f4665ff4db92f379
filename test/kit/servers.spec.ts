import { afterAll, describe, expect, it } from '@jest/globals';
import { freshNats } from './nats.js';
import { freshDatabase } from './postgres.js';

describe('the servers of a test run', () => {
  const databases = [freshDatabase(), freshDatabase()] as const;
  afterAll(async () => {
    for (const database of databases) await (await database).drop();
  });

  it('give each caller a database of its own', async () => {
    const [one, other] = await Promise.all(databases);
    await one.pool.query('CREATE TABLE mine (id int)');
    await expect(other.pool.query('SELECT * FROM mine')).rejects.toThrow('does not exist');
  });

  it('are a current Postgres and a NATS that keeps streams', async () => {
    const [{ pool }] = await Promise.all(databases);
    const { rows } = await pool.query<{ version: string }>('SELECT version()');
    expect(rows[0]?.version).toMatch(/^PostgreSQL 1[89]/);
    const nats = await freshNats();
    expect(nats.connection.info).toMatchObject({
      jetstream: true,
      version: expect.stringMatching(/^2\.1[2-9]/),
    });
    await nats.close();
  });
});
