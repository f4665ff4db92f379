import { MemoryCheckpointStore } from '../../src/adapters/memory/checkpoint-store.js';
import { MemoryIdempotencyStore } from '../../src/adapters/memory/idempotency-store.js';
import { MemoryKeyVault } from '../../src/adapters/memory/key-vault.js';
import { MemoryLeaseStore } from '../../src/adapters/memory/lease-store.js';
import { MemoryReconciliationStore } from '../../src/adapters/memory/reconciliation-store.js';
import { MemorySnapshotStore } from '../../src/adapters/memory/snapshot-store.js';
import { MemoryTimerStore } from '../../src/adapters/memory/timer-store.js';
import { checkpointStoreContract } from './checkpoint-store.contract.js';
import { idempotencyStoreContract } from './idempotency-store.contract.js';
import { keyVaultContract } from './key-vault.contract.js';
import { leaseStoreContract } from './lease-store.contract.js';
import { reconciliationStoreContract } from './reconciliation-store.contract.js';
import { snapshotStoreContract } from './snapshot-store.contract.js';
import { timerStoreContract } from './timer-store.contract.js';

const checkpoints = new MemoryCheckpointStore();
const answers = new MemoryIdempotencyStore();
const snapshots = new MemorySnapshotStore();
const vault = new MemoryKeyVault();

snapshotStoreContract('in memory', () => snapshots);
checkpointStoreContract('in memory', () => checkpoints);
leaseStoreContract('in memory', async () => {
  const store = new MemoryLeaseStore(() => 1_000);
  return { store, other: store, hangUp: async (instance) => store.hangUp(instance) };
});
timerStoreContract('in memory', async () => {
  const store = new MemoryTimerStore();
  return { store, other: store };
});
idempotencyStoreContract('in memory', () => answers);
keyVaultContract(
  'in memory',
  () => vault,
  () => vault,
);

reconciliationStoreContract('in memory', async () => new MemoryReconciliationStore());
