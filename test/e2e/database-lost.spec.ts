import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { AppProcess } from '../chaos/kit/app-process.js';
import { objectionsTo } from '../chaos/kit/books.js';
import { House } from '../chaos/kit/house.js';
import type { PatientClient } from '../chaos/kit/patient-client.js';
import { settledBooks } from '../chaos/kit/settled-books.js';
import { type TemporaryFolder, temporaryFolder } from '../kit/folder.js';
import { PATIENCE_MS } from '../kit/patience.js';
import { openSweepMarket, wishOf } from '../sweep/workloads.js';
import { Client, until } from './kit/client.js';

const WAL_FILE = 16 * 1024 * 1024;

describe('a database that is lost under a running app', () => {
  let folder: TemporaryFolder;
  let shop: Awaited<ReturnType<typeof openSweepMarket>>;
  let house: House;
  let app: AppProcess;
  /** asks again for as long as it takes */
  let patient: PatientClient;
  /** takes the first answer */
  let client: Client;

  beforeAll(async () => {
    folder = temporaryFolder();
    shop = await openSweepMarket();
    ({ house, app } = await House.open(folder.path, shop.market));
    patient = house.client();
    client = new Client(house.url, house.account);
  });
  afterAll(async () => {
    await app?.stop();
    await house?.servers.stop();
    await shop.market.close();
    folder.remove();
  });

  const stillRuns = async () => expect(await app.endedWithin(0)).toBeUndefined();
  const booksHold = async () =>
    expect(objectionsTo(await settledBooks(house, patient, PATIENCE_MS))).toEqual([]);
  const start = async (workload: 'paid' | 'cancel', words: string) => {
    const { id, plan } = await patient.planned(await patient.create(wishOf(workload, words)));
    expect((await patient.approve(id, plan!.planHash)).status).toBe(200);
    return id;
  };

  it('calls that need it fail clearly, others are answered, and what was under way goes on by itself', async () => {
    const id = await start('cancel', 'in an outage');
    await until(async () => (shop.market.sales.get('slow') ? true : undefined));
    await house.servers.postgres.restart(async () => {
      const refused = { status: 503, body: { success: false, code: 'STORE_UNAVAILABLE' } };
      const write = client.post('/workflows/create', wishOf('paid', 'never'));
      expect(await client.get(`/workflows/${id}`)).toMatchObject(refused);
      expect((await client.get('/.well-known/quittance-keys.json')).status).toBe(200);
      expect((await client.get('/health/live')).status).toBe(200);
      const health = await client.get<{ dependencies: Record<string, boolean> }>('/health');
      expect([health.status, health.body.dependencies['database']]).toEqual([503, false]);
      // the service is paid and answers while nothing can be recorded
      shop.release('in an outage');
      expect(await write).toMatchObject(refused);
    });
    expect((await patient.closed(id)).status).toBe('completed');
    expect((await patient.closed(await start('paid', 'after the outage'))).status).toBe('completed');
    await stillRuns();
    await booksHold();
  });

  it('one that stands still only makes its callers wait', async () => {
    const paused = house.servers.postgres.pause(2_000);
    const reply = await client.post('/workflows/create', wishOf('paid', 'in a pause'));
    expect([reply.status, reply.body.success]).toEqual([201, true]);
    await paused;
    await stillRuns();
  });

  it('one whose disk is full refuses what would make it grow, still reads, and takes it when there is room', async () => {
    const done = await start('paid', 'before it is full');
    await patient.closed(done);
    // what the app still writes about that run would not fit into the file either
    process.kill(app.pid, 'SIGSTOP');
    await fillEvents(house.config.DATABASE_URL);
    await restartWithin(house, WAL_FILE);
    process.kill(app.pid, 'SIGCONT');
    const answers: unknown[] = [];
    const refused = await until(async () => {
      const reply = await client.post('/workflows/create', wishOf('paid', `${answers.length}`));
      answers.push(reply.status);
      // the app may still be connecting again
      return [201, 'STORE_UNAVAILABLE'].includes(reply.body.code ?? reply.status) ? undefined : reply;
    });
    expect(refused).toMatchObject({ status: 503, body: { success: false, code: 'STORE_FULL' } });
    expect((await client.workflow(done))?.status).toBe('completed');
    expect((await client.get('/workflows/history')).status).toBe(200);

    await house.servers.postgres.restart();
    expect((await patient.closed(await start('paid', 'with room again'))).status).toBe('completed');
    await stillRuns();
    await booksHold();
  });
});

/** Makes the file of events larger than a file of the log, which must not hit the limit, and leaves no room in it. */
async function fillEvents(url: string): Promise<void> {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  await db.query('ALTER TABLE quittance_events.log SET (autovacuum_enabled = false)');
  await db.query('BEGIN');
  await db.query(
    `INSERT INTO quittance_events.log (position, stream, revision, size, ids, types, data, metadata)
     SELECT 1000000000 + n, 'fill-' || n, 0, 1, gen_random_uuid()::text, 'Fill', repeat('x', 1500), '{}'
     FROM generate_series(1, 12000) n`,
  );
  await db.query('ROLLBACK');
  await db.query('CHECKPOINT');
  await db.end();
}

/** Servers inherit the limit on what a file may grow to, which is lowered for the moment of the start. */
async function restartWithin({ servers }: House, bytes: number): Promise<void> {
  const limit = (soft: string) =>
    execFileSync('prlimit', [`--pid=${process.pid}`, `--fsize=${soft}:`], { stdio: 'pipe' });
  try {
    await servers.postgres.restart(() => void limit(`${bytes}`));
  } finally {
    limit('unlimited');
  }
}
