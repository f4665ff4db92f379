import { Refusal } from '../kernel/errors.js';
import type { EventStore } from '../ports/event-store.js';

/**
 * The event store that one setting names: `memory`, `postgres` (on the database of `databaseUrl`), or the
 * connection string of an EventStoreDB (`kurrentdb://…`, `esdb://…`). Nothing else knows which one it is. An
 * adapter is loaded only when it is chosen.
 * @throws Refusal EVENTSTORE_UNKNOWN, DATA_TOO_NEW
 */
export async function openEventStore(setting: string, databaseUrl?: string): Promise<EventStore> {
  if (setting === 'memory') {
    const { MemoryEventStore } = await import('./memory/event-store.js');
    return new MemoryEventStore();
  }
  if (setting === 'postgres' && databaseUrl) {
    const { PostgresEventStore } = await import('./postgres/event-store.js');
    return PostgresEventStore.open(databaseUrl);
  }
  if (/^(kurrentdb|kdb|esdb)(\+discover)?:\/\//.test(setting)) {
    const { EventStoreDbEventStore } = await import('./eventstoredb/event-store.js');
    return new EventStoreDbEventStore(setting);
  }
  throw new Refusal(
    'EVENTSTORE_UNKNOWN',
    'EVENTSTORE must be memory, postgres (with DATABASE_URL), or a kurrentdb:// or esdb:// connection string.',
    // a connection string may hold a password
    { setting: setting.replace(/:\/\/.*/s, '://…').slice(0, 40) },
  );
}
