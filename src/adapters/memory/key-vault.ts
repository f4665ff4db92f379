import { randomBytes } from 'node:crypto';
import type { KeyVault } from '../../ports/key-vault.js';
import { keyDestroyed } from '../key-destroyed.js';

export class MemoryKeyVault implements KeyVault {
  private readonly keys = new Map<string, Uint8Array | 'destroyed'>();

  async dataKey(owner: string): Promise<Uint8Array> {
    const key = this.keys.get(owner) ?? randomBytes(32);
    if (key === 'destroyed') throw keyDestroyed(owner);
    this.keys.set(owner, key);
    return key;
  }

  async destroy(owner: string): Promise<void> {
    this.keys.set(owner, 'destroyed');
  }
}
