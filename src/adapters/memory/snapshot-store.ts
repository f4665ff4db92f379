import { LRUCache } from 'lru-cache';
import { growing } from '../../kernel/growing.js';
import { LIMITS } from '../../kernel/limits.js';
import type { Snapshot, SnapshotStore } from '../../ports/snapshots.js';

export class MemorySnapshotStore implements SnapshotStore {
  private readonly kept = new LRUCache<string, Snapshot>(growing(LIMITS.snapshots));

  async load(stream: string, shape: string): Promise<Snapshot | undefined> {
    return this.kept.get(`${shape}/${stream}`);
  }

  async save(stream: string, shape: string, snapshot: Snapshot): Promise<void> {
    const known = this.kept.get(`${shape}/${stream}`);
    if (!known || known.revision < snapshot.revision) this.kept.set(`${shape}/${stream}`, snapshot);
  }
}
