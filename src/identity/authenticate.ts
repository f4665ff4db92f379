import { LRUCache } from 'lru-cache';
import { Refusal } from '../kernel/errors.js';
import { growing } from '../kernel/growing.js';
import type { Clock } from '../ports/clock.js';
import type { Sql } from '../ports/sql.js';
import { type KnownKey, keyByHash } from '../projections/identity/queries.js';
import type { Principal } from './principal.js';
import { hashSecret, looksLikeSecret } from './secret.js';

/** ms an answer is remembered: how late a revocation made in another process is noticed. */
const REMEMBERED = 2_000;
const CACHED_SECRETS = 10_000;

interface Remembered {
  readonly at: number;
  readonly key: Promise<KnownKey | undefined>;
}

/** Turns a secret into the principal it stands for. */
export class Authenticator {
  private readonly cache = new LRUCache<string, Remembered>(growing(CACHED_SECRETS));

  constructor(
    private readonly sql: Sql,
    private readonly pepper: string,
    private readonly clock: Clock,
  ) {}

  /** @throws Refusal UNAUTHENTICATED, always the same words: a caller learns nothing of why */
  async authenticate(secret: string | undefined): Promise<Principal> {
    if (secret === undefined) throw unauthenticated('Send an API key as Authorization: Bearer or X-Api-Key.');
    if (!looksLikeSecret(secret)) throw refused();
    const hash = hashSecret(this.pepper, secret);
    const key = await this.find(hash);
    if (!key || !isGood(key, hash, new Date(this.clock.now()).toISOString())) throw refused();
    return { userId: key.user_id, keyId: key.key_id, roles: key.roles };
  }

  /** After a revocation or rotation in this process nothing remembered is believed any more. */
  forgetAll(): void {
    this.cache.clear();
  }

  private find(hash: string): Promise<KnownKey | undefined> {
    const at = this.clock.now();
    const known = this.cache.get(hash);
    if (known && at - known.at < REMEMBERED) return known.key;
    const key = keyByHash(this.sql, hash);
    this.cache.set(hash, { at, key });
    // what was not found is asked again: the key may be a moment old
    key.then(
      (found) => found ?? this.cache.delete(hash),
      () => this.cache.delete(hash),
    );
    return key;
  }
}

const isGood = (key: KnownKey, hash: string, now: string): boolean =>
  key.revoked_at === null &&
  key.erased_at === null &&
  (key.expires_at === null || now < key.expires_at) &&
  (key.hash === hash || (key.grace_until !== null && now < key.grace_until));

const unauthenticated = (message: string): Refusal => new Refusal('UNAUTHENTICATED', message);
const refused = (): Refusal => unauthenticated('This API key is not valid.');
