import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('in memory', async () => ({
  open: async () => new MemoryEventStore(),
  cleanUp: async () => {},
}));
