import { describe, expect, it } from '@jest/globals';
import { startEventStoreStandin } from '../../test/kit/eventstoredb-standin/standin.js';
import { freshDatabase } from '../../test/kit/postgres.js';
import { EventStoreDbEventStore } from './eventstoredb/event-store.js';
import { MemoryEventStore } from './memory/event-store.js';
import { openEventStore } from './open-event-store.js';
import { PostgresEventStore } from './postgres/event-store.js';

describe('choosing the event store by one setting', () => {
  it('opens the one in memory', async () => {
    expect(await openEventStore('memory')).toBeInstanceOf(MemoryEventStore);
  });

  it('opens the one on Postgres', async () => {
    const database = await freshDatabase();
    const store = await openEventStore('postgres', database.url);
    expect(store).toBeInstanceOf(PostgresEventStore);
    await store.close();
    await database.drop();
  });

  it('opens EventStoreDB by its connection string, under its old scheme too', async () => {
    const standin = await startEventStoreStandin();
    for (const url of [standin.url, standin.url.replace('kurrentdb:', 'esdb:')]) {
      const store = await openEventStore(url);
      expect(store).toBeInstanceOf(EventStoreDbEventStore);
      expect(await store.head()).toMatch(/^0{20}\.0{20}$/);
      await store.close();
    }
    await standin.stop();
  });

  it.each(['', 'oracle', 'postgres', 'http://user:secret@host'])(
    'refuses %j, without repeating a password',
    async (setting) => {
      const refused = openEventStore(setting);
      await expect(refused).rejects.toMatchObject({ code: 'EVENTSTORE_UNKNOWN' });
      await expect(refused).rejects.not.toMatchObject({
        figures: { setting: expect.stringContaining('secret') },
      });
    },
  );
});
