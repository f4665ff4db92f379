import { PostgresEventStore } from '../../src/adapters/postgres/event-store.js';
import { freshDatabase } from '../kit/postgres.js';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('on Postgres', async () => {
  const database = await freshDatabase();
  return {
    open: () => PostgresEventStore.open(database.url),
    cleanUp: () => database.drop(),
  };
});
