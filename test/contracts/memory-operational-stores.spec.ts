import { MemoryCheckpointStore } from '../../src/adapters/memory/checkpoint-store.js';
import { MemoryIdempotencyStore } from '../../src/adapters/memory/idempotency-store.js';
import { MemoryKeyVault } from '../../src/adapters/memory/key-vault.js';
import { MemorySnapshotStore } from '../../src/adapters/memory/snapshot-store.js';
import { MemoryTimerStore } from '../../src/adapters/memory/timer-store.js';
import { checkpointStoreContract } from './checkpoint-store.contract.js';
import { idempotencyStoreContract } from './idempotency-store.contract.js';
import { keyVaultContract } from './key-vault.contract.js';
import { snapshotStoreContract } from './snapshot-store.contract.js';
import { timerStoreContract } from './timer-store.contract.js';

const checkpoints = new MemoryCheckpointStore();
const answers = new MemoryIdempotencyStore();
const snapshots = new MemorySnapshotStore();
const vault = new MemoryKeyVault();

snapshotStoreContract('in memory', () => snapshots);
checkpointStoreContract('in memory', () => checkpoints);
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
