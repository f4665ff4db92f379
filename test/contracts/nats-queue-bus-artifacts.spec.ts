import { NatsArtifactStore } from '../../src/adapters/nats/artifact-store.js';
import { NatsBreakerStore } from '../../src/adapters/nats/breaker-store.js';
import { NatsJobQueue } from '../../src/adapters/nats/job-queue.js';
import { NatsLiveBus } from '../../src/adapters/nats/live-bus.js';
import { NatsPermitStore } from '../../src/adapters/nats/permit-store.js';
import { freshNats } from '../kit/nats.js';
import { artifactStoreContract } from './artifact-store.contract.js';
import { breakerStoreContract } from './breaker-store.contract.js';
import { IMPATIENT, jobQueueContract } from './job-queue.contract.js';
import { liveBusContract } from './live-bus.contract.js';
import { permitStoreContract } from './permit-store.contract.js';

jobQueueContract('NATS', async () => {
  const { connection, prefix, close } = await freshNats();
  return { queue: await NatsJobQueue.open(connection, { prefix, timing: IMPATIENT }), close };
});

breakerStoreContract('NATS', async () => {
  const { connection, prefix, close } = await freshNats();
  const open = () => NatsBreakerStore.open(connection, { prefix });
  return { stores: [await open(), await open()], close };
});

permitStoreContract('NATS', async () => {
  const { connection, prefix, close } = await freshNats();
  const open = () => NatsPermitStore.open(connection, { prefix });
  return { stores: [await open(), await open()], close };
});

liveBusContract('NATS', async () => {
  const { connection, prefix, close } = await freshNats();
  return { bus: new NatsLiveBus(connection, prefix), close };
});

artifactStoreContract('NATS', async () => {
  const { connection, prefix, close } = await freshNats();
  return { store: await NatsArtifactStore.open(connection, prefix), close };
});
