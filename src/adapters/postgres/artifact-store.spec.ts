import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../../../test/kit/folder.js';
import { type RunningPostgres, startPostgres } from '../../embedded/postgres.js';
import { eventId, type NewEvent } from '../../kernel/event.js';
import { PostgresArtifactStore } from './artifact-store.js';
import { PostgresEventStore } from './event-store.js';
import { migrate } from './migrations.js';
import { OPS_SCHEMA } from './ops-schema.js';
import { openPool, openRelaxedPool } from './pool.js';

let folder: TemporaryFolder;
let server: RunningPostgres;
const start = async () => {
  server = await startPostgres({ dataDir: folder.path });
};
beforeAll(async () => {
  folder = temporaryFolder();
  await start();
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

const naming = (sha256: string): NewEvent => ({
  id: eventId(sha256, 0),
  event: { type: 'ReceiptIssued', v: 1, document: sha256 } as NewEvent['event'],
  metadata: {
    commandId: sha256,
    correlationId: 'wf_1',
    causationId: sha256,
    actor: { type: 'worker', id: 'receipts' },
    occurredAt: '2026-01-01T00:00:00.000Z',
  },
});

/** Opens both stores on the server, and ends their connections afterwards. */
async function withStores<T>(
  use: (artifacts: PostgresArtifactStore, events: PostgresEventStore) => Promise<T>,
) {
  const [pool, relaxed] = [openPool(server.url, 'test', 2), openRelaxedPool(server.url, 'test', 2)];
  await migrate(pool, OPS_SCHEMA);
  const events = await PostgresEventStore.open(server.url);
  try {
    return await use(new PostgresArtifactStore(pool, relaxed), events);
  } finally {
    await Promise.allSettled([events.close(), pool.end(), relaxed.end()]);
  }
}

it('what an event names is there after a crash of the server, though it was not flushed by itself', async () => {
  const named: string[] = [];
  const nameless: string[] = [];
  for (let round = 0; round < 3; round++) {
    await withStores(async (artifacts, events) => {
      for (let nth = 0; nth < 5; nth++) {
        const sha256 = await artifacts.put(new TextEncoder().encode(`named ${round} ${nth}`));
        await events.append(`receipt-r${round}${nth}`, [naming(sha256)], 'none');
        named.push(sha256);
      }
      nameless.push(await artifacts.put(new TextEncoder().encode(`nameless ${round}`)));
      process.kill(server.pid, 'SIGKILL');
    });
    await server.stop();
    await start();
  }
  await withStores(async (artifacts, events) => {
    const told: unknown[] = [];
    for await (const { event } of events.readAll()) told.push((event as { document?: string }).document);
    expect(told).toEqual(named);
    for (const sha256 of named) expect(await artifacts.has(sha256)).toBe(true);
    // else what was put had been flushed, and the test would show nothing
    const kept = await Promise.all(nameless.map((sha256) => artifacts.has(sha256)));
    expect(kept).toContain(false);
  });
});
