import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { isRefusal, Refusal } from '../../kernel/errors.js';
import { growing } from '../../kernel/growing.js';
import { LIMITS } from '../../kernel/limits.js';
import type { Sealed } from '../../kernel/sealed.js';
import { open, seal } from '../../kernel/sealing.js';
import type { KeyVault } from '../../ports/key-vault.js';
import { keyDestroyed } from '../key-destroyed.js';
import { reachable } from './connection-loss.js';

const KEY_BYTES = 32;
/** binds a wrapped key to its purpose */
const PLACE = 'data-key';

const LOOK = 'SELECT wrapped FROM quittance_ops.data_keys WHERE owner = $1';
const MAKE = 'INSERT INTO quittance_ops.data_keys (owner, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING';
/** The row stays as a tombstone, so that no new key is ever made for this owner. */
const DESTROY = `INSERT INTO quittance_ops.data_keys (owner, destroyed_at) VALUES ($1, now())
  ON CONFLICT (owner) DO UPDATE SET wrapped = NULL, destroyed_at = coalesce(data_keys.destroyed_at, now())`;

/**
 * Data keys wrapped by the master key, on a pool whose database has OPS_SCHEMA. Unwrapped keys are kept for some
 * seconds: a key destroyed by another process may be used that much longer here.
 */
export class PostgresKeyVault implements KeyVault {
  private readonly unwrapped: LRUCache<string, Promise<Uint8Array>> | undefined;

  /** @param masterKey 32 bytes @param cacheMs 0 asks the database each time */
  constructor(
    private readonly pool: pg.Pool,
    private readonly masterKey: Uint8Array,
    cacheMs: number = LIMITS.dataKeyCache,
  ) {
    if (masterKey.length !== KEY_BYTES)
      throw new RangeError(`a master key has ${KEY_BYTES} bytes, not ${masterKey.length}`);
    if (cacheMs > 0) this.unwrapped = new LRUCache({ ...growing(LIMITS.cachedDataKeys), ttl: cacheMs });
  }

  dataKey(owner: string): Promise<Uint8Array> {
    const known = this.unwrapped?.get(owner);
    if (known) return known;
    const key = this.find(owner);
    // kept while it is on its way, so that those who ask at the same moment share one answer
    this.unwrapped?.set(owner, key);
    key.catch(() => {
      if (this.unwrapped?.peek(owner) === key) this.unwrapped.delete(owner);
    });
    return key;
  }

  async destroy(owner: string): Promise<void> {
    this.unwrapped?.delete(owner);
    await reachable(this.pool.query({ name: 'data-key-destroy', text: DESTROY, values: [owner] }));
    // A look-up that was under way while the row changed may have put it back.
    this.unwrapped?.delete(owner);
  }

  private async find(owner: string): Promise<Uint8Array> {
    const wrapped = (await this.look(owner)) ?? (await this.make(owner));
    if (wrapped === 'destroyed') throw keyDestroyed(owner);
    return this.unwrap(wrapped);
  }

  private async look(owner: string): Promise<Sealed | 'destroyed' | undefined> {
    const { rows } = await reachable(
      this.pool.query<{ wrapped: Sealed | null }>({ name: 'data-key-look', text: LOOK, values: [owner] }),
    );
    return rows[0] && (rows[0].wrapped ?? 'destroyed');
  }

  /** Of two processes that make a key at the same moment, both use the one that was first. */
  private async make(owner: string): Promise<Sealed | 'destroyed'> {
    const wrapped = seal(randomBytes(KEY_BYTES), this.masterKey, owner, PLACE, randomBytes(12));
    const values = [owner, JSON.stringify(wrapped)];
    await reachable(this.pool.query({ name: 'data-key-make', text: MAKE, values }));
    return (await this.look(owner))!;
  }

  private unwrap(wrapped: Sealed): Uint8Array {
    try {
      return open(wrapped, this.masterKey, PLACE);
    } catch (cause) {
      if (!isRefusal(cause, 'SEAL_BROKEN')) throw cause;
      throw new Refusal(
        'MASTER_KEY_WRONG',
        'The master key is not the one these data keys were wrapped with.',
        { owner: wrapped.owner },
        'terminal',
        { cause },
      );
    }
  }
}
