import { createHash } from 'node:crypto';
import type { ArtifactStore } from '../../ports/artifacts.js';
import { artifactNotFound, requireIntact } from '../artifact-address.js';

export class MemoryArtifactStore implements ArtifactStore {
  private readonly kept = new Map<string, Uint8Array>();

  async put(bytes: Uint8Array): Promise<string> {
    const address = createHash('sha256').update(bytes).digest('hex');
    this.kept.set(address, Uint8Array.from(bytes));
    return address;
  }

  async get(sha256: string): Promise<Uint8Array> {
    const bytes = this.kept.get(sha256);
    if (!bytes) throw artifactNotFound(sha256);
    return requireIntact(sha256, Uint8Array.from(bytes));
  }

  async has(sha256: string): Promise<boolean> {
    return this.kept.has(sha256);
  }

  async delete(sha256: string): Promise<void> {
    this.kept.delete(sha256);
  }
}
