import { EventStoreDbEventStore } from '../../src/adapters/eventstoredb/event-store.js';
import { startEventStoreStandin } from '../kit/eventstoredb-standin/standin.js';
import { eventStoreContract } from './event-store.contract.js';

const given = process.env['EVENTSTORE_URL'];

eventStoreContract(given ? 'on a given EventStoreDB' : 'on a stand-in for EventStoreDB', async () => {
  if (given) return { open: async () => new EventStoreDbEventStore(given), cleanUp: async () => {} };
  const standin = await startEventStoreStandin();
  return { open: async () => new EventStoreDbEventStore(standin.url), cleanUp: () => standin.stop() };
});
