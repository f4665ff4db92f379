import { MemoryArtifactStore } from '../../src/adapters/memory/artifact-store.js';
import { MemoryBreakerStore } from '../../src/adapters/memory/breaker-store.js';
import { MemoryJobQueue } from '../../src/adapters/memory/job-queue.js';
import { MemoryLiveBus } from '../../src/adapters/memory/live-bus.js';
import { MemoryPermitStore } from '../../src/adapters/memory/permit-store.js';
import { artifactStoreContract } from './artifact-store.contract.js';
import { breakerStoreContract } from './breaker-store.contract.js';
import { IMPATIENT, jobQueueContract } from './job-queue.contract.js';
import { liveBusContract } from './live-bus.contract.js';
import { permitStoreContract } from './permit-store.contract.js';

const close = async () => undefined;

jobQueueContract('memory', async () => ({ queue: new MemoryJobQueue(IMPATIENT), close }));
breakerStoreContract('memory', async () => {
  const store = new MemoryBreakerStore();
  return { stores: [store, store], close };
});
permitStoreContract('memory', async () => {
  const store = new MemoryPermitStore();
  return { stores: [store, store], close };
});
liveBusContract('memory', async () => ({ bus: new MemoryLiveBus(), close }));
artifactStoreContract('memory', async () => ({ store: new MemoryArtifactStore(), close }));
