import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { PostgresArtifactStore } from '../../src/adapters/postgres/artifact-store.js';
import { PostgresCheckpointStore } from '../../src/adapters/postgres/checkpoint-store.js';
import { PostgresIdempotencyStore } from '../../src/adapters/postgres/idempotency-store.js';
import { PostgresKeyVault } from '../../src/adapters/postgres/key-vault.js';
import { PostgresLeaseStore } from '../../src/adapters/postgres/lease-store.js';
import { migrate } from '../../src/adapters/postgres/migrations.js';
import { OPS_SCHEMA } from '../../src/adapters/postgres/ops-schema.js';
import { openPool } from '../../src/adapters/postgres/pool.js';
import { PostgresReconciliationStore } from '../../src/adapters/postgres/reconciliation-store.js';
import { PostgresSnapshotStore } from '../../src/adapters/postgres/snapshot-store.js';
import { PostgresTimerStore } from '../../src/adapters/postgres/timer-store.js';
import { type FreshDatabase, freshDatabase } from '../kit/postgres.js';
import { artifactStoreContract } from './artifact-store.contract.js';
import { checkpointStoreContract } from './checkpoint-store.contract.js';
import { idempotencyStoreContract } from './idempotency-store.contract.js';
import { keyVaultContract } from './key-vault.contract.js';
import { leaseStoreContract } from './lease-store.contract.js';
import { reconciliationStoreContract } from './reconciliation-store.contract.js';
import { snapshotStoreContract } from './snapshot-store.contract.js';
import { timerStoreContract } from './timer-store.contract.js';

const masterKey = randomBytes(32);
let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase();
  await migrate(database.pool, OPS_SCHEMA);
});

const leasePools: pg.Pool[] = [];

afterAll(async () => {
  await Promise.all(leasePools.map((pool) => pool.end()));
  await database.drop();
});

const vault = (cacheMs: number): PostgresKeyVault => new PostgresKeyVault(database.pool, masterKey, cacheMs);

artifactStoreContract('Postgres', async () => ({
  store: new PostgresArtifactStore(database.pool),
  close: async () => undefined,
}));
snapshotStoreContract('on Postgres', () => new PostgresSnapshotStore(database.pool));
checkpointStoreContract('on Postgres', () => new PostgresCheckpointStore(database.pool));
reconciliationStoreContract('on Postgres', async () => {
  await database.pool.query('TRUNCATE quittance_ops.reconciliations');
  return new PostgresReconciliationStore(database.pool);
});
leaseStoreContract('on Postgres', async () => {
  await database.pool.query('TRUNCATE quittance_ops.leases, quittance_ops.members');
  const [one, another] = [openPool(database.url, 'one', 1), openPool(database.url, 'another', 1)];
  leasePools.push(one, another);
  return {
    store: new PostgresLeaseStore(one),
    other: new PostgresLeaseStore(another),
    async hangUp() {
      const { rows } = await one.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const noticed = new Promise((resolve) => one.once('remove', resolve));
      await database.pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]!.pid]);
      await noticed;
    },
  };
});
timerStoreContract('on Postgres', async () => {
  await database.pool.query('TRUNCATE quittance_ops.timers');
  return { store: new PostgresTimerStore(database.pool), other: new PostgresTimerStore(database.pool) };
});
idempotencyStoreContract('on Postgres', () => new PostgresIdempotencyStore(database.pool));
keyVaultContract(
  'on Postgres',
  () => vault(60_000),
  () => vault(0),
);

describe('idempotency keys on Postgres', () => {
  const now = 1_700_000_000_000;
  const of = (life: string) => new PostgresIdempotencyStore(database.pool, life);
  const claims = (life: string, key: string, call = 'f') =>
    of(life).claim('user_members', key, call, now + 5);

  it('are given to the same call at once when the process that had them is a member no more', async () => {
    const leases = new PostgresLeaseStore(database.pool);
    const [ann, bob] = ['ann', 'bob'].map((instance) => ({
      instance,
      life: `${instance} 1`,
      pools: ['api'],
    }));
    for (const member of [ann!, bob!]) await leases.join(member, 3_600_000);
    await of('ann 1').claim('user_members', 'one', 'f', now);
    await of('ann 1').claim('user_members', 'two', 'f', now);
    await of('ann 1').complete('user_members', 'two', { status: 200, body: 1, headers: {} });
    expect((await claims('bob 1', 'one')).is).toBe('in-flight');
    await leases.join({ ...ann!, life: 'ann 2' }, 3_600_000);
    expect((await claims('bob 1', 'one', 'another')).is).toBe('different');
    expect((await claims('bob 1', 'two')).is).toBe('done');
    expect(await claims('bob 1', 'one')).toEqual({ is: 'new', since: now });
    expect((await claims('ann 2', 'one')).is).toBe('in-flight');
    await leases.leave(bob!);
    expect(await claims('ann 2', 'one')).toEqual({ is: 'new', since: now });
  });
});

describe('timers on Postgres', () => {
  it('of 100,000 runs that wait cost nothing while none is due', async () => {
    await database.pool.query('TRUNCATE quittance_ops.timers');
    await database.pool.query(
      `INSERT INTO quittance_ops.timers (id, due_at, leased_until, action)
       SELECT 'wf_' || n || '/1/step_1/1/wake', 1000000 + n, 0, '{"do":"job"}' FROM generate_series(1, 100000) AS n`,
    );
    await database.pool.query('ANALYZE quittance_ops.timers');
    const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) SELECT id FROM quittance_ops.timers
       WHERE due_at <= 999999 AND leased_until <= 999999 ORDER BY due_at LIMIT 200 FOR UPDATE SKIP LOCKED`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('Index Scan using timers_by_due_time');
    // what the query itself touched; its planning reads the catalogue beside
    const [, touched = ''] = plan.match(/Buffers: (.*)/) ?? [];
    expect([...touched.matchAll(/=(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0)).toBeLessThan(10);
    const store = new PostgresTimerStore(database.pool);
    expect(await store.due(999_999, 200)).toEqual([]);
    expect((await store.due(1_000_003, 200)).map(({ dueAt }) => dueAt)).toEqual([
      1_000_001, 1_000_002, 1_000_003,
    ]);
  });
});

describe('the snapshot store on Postgres', () => {
  it('lets those saved longest ago go beyond its bound', async () => {
    const store = new PostgresSnapshotStore(database.pool, 3, 5);
    for (let n = 0; n < 5; n++)
      await store.save(`workflow-bounded${n}`, 'shape', { revision: 100, eventId: 'e', text: `${n}` });
    const kept = [0, 1, 2, 3, 4].map((n) => store.load(`workflow-bounded${n}`, 'shape'));
    expect((await Promise.all(kept)).map((found) => found?.text)).toEqual([
      undefined,
      undefined,
      '2',
      '3',
      '4',
    ]);
  });
});

describe('the key vault on Postgres', () => {
  it('stores no key as it is', async () => {
    const key = Buffer.from(await vault(0).dataKey('wrapped'));
    const { rows } = await database.pool.query(
      `SELECT wrapped->>'data' AS data FROM quittance_ops.data_keys WHERE owner = 'wrapped'`,
    );
    expect(Buffer.from(rows[0].data, 'base64').includes(key)).toBe(false);
  });

  it('keeps nothing of a destroyed key but a tombstone', async () => {
    await vault(0).dataKey('gone');
    await vault(0).destroy('gone');
    const { rows } = await database.pool.query(
      `SELECT wrapped, destroyed_at FROM quittance_ops.data_keys WHERE owner = 'gone'`,
    );
    expect(rows).toEqual([{ wrapped: null, destroyed_at: expect.any(Date) }]);
  });

  it('says that the master key is not the right one', async () => {
    await vault(0).dataKey('owner');
    const wrong = new PostgresKeyVault(database.pool, randomBytes(32), 0);
    await expect(wrong.dataKey('owner')).rejects.toMatchObject({ code: 'MASTER_KEY_WRONG' });
  });

  it('does not open a wrapped key under the name of another owner', async () => {
    await vault(0).dataKey('victim');
    await database.pool.query(
      `INSERT INTO quittance_ops.data_keys (owner, wrapped)
       SELECT 'thief', jsonb_set(wrapped::jsonb, '{owner}', '"thief"') FROM quittance_ops.data_keys WHERE owner = 'victim'`,
    );
    await expect(vault(0).dataKey('thief')).rejects.toMatchObject({ code: 'MASTER_KEY_WRONG' });
  });

  it('takes no master key of another length', () => {
    expect(() => new PostgresKeyVault(database.pool, randomBytes(16))).toThrow(RangeError);
  });
});
