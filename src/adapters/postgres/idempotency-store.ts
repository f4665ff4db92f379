import type pg from 'pg';
import { LIMITS } from '../../kernel/limits.js';
import type { Claim, IdempotencyStore, StoredAnswer } from '../../ports/idempotency.js';
import { reachable } from './connection-loss.js';

/**
 * Takes a key that is free, over, or held by the same call in a process that crashed: which it did when it is a member
 * no more, or else has not answered for so long.
 */
const CLAIM = `INSERT INTO quittance_ops.idempotency_keys AS k (principal, key, fingerprint, claimed_at, since, life)
  VALUES ($1, $2, $3, $4, $4, $7)
  ON CONFLICT (principal, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, claimed_at = excluded.claimed_at, answer = NULL, life = excluded.life,
        since = CASE WHEN k.claimed_at < $5 THEN excluded.since ELSE k.since END
    WHERE k.claimed_at < $5
       OR (k.answer IS NULL AND k.fingerprint = excluded.fingerprint AND (k.claimed_at < $6
         OR k.life IS NOT NULL AND NOT EXISTS (SELECT FROM quittance_ops.members AS m WHERE m.life = k.life)))
  RETURNING since`;
const LOOK =
  'SELECT fingerprint, answer FROM quittance_ops.idempotency_keys WHERE principal = $1 AND key = $2';
const COMPLETE = 'UPDATE quittance_ops.idempotency_keys SET answer = $3 WHERE principal = $1 AND key = $2';
const ABANDON =
  'DELETE FROM quittance_ops.idempotency_keys WHERE principal = $1 AND key = $2 AND answer IS NULL';
const SWEEP = 'DELETE FROM quittance_ops.idempotency_keys WHERE claimed_at < $1';

const SWEEP_EVERY = 1_000;

/** On a pool whose database has OPS_SCHEMA. */
export class PostgresIdempotencyStore implements IdempotencyStore {
  private claims = 0;

  /** @param life of the member that this process is; without one, only time tells that a call crashed */
  constructor(
    private readonly pool: pg.Pool,
    private readonly life?: string,
  ) {}

  async claim(principal: string, key: string, fingerprint: string, now: number): Promise<Claim> {
    const over = now - LIMITS.idempotencyTtl;
    if (this.claims++ % SWEEP_EVERY === 0) await this.run('idempotency-sweep', SWEEP, [over]);
    for (;;) {
      const values = [principal, key, fingerprint, now, over, now - LIMITS.idempotencyClaim, this.life];
      const [claimed] = await this.run('idempotency-claim', CLAIM, values);
      if (claimed) return { is: 'new', since: Number(claimed.since) };
      const [found] = await this.run('idempotency-look', LOOK, [principal, key]);
      // Given back between the two statements: it is free now.
      if (!found) continue;
      if (found.fingerprint !== fingerprint) return { is: 'different' };
      return found.answer ? { is: 'done', answer: found.answer } : { is: 'in-flight' };
    }
  }

  async complete(principal: string, key: string, answer: StoredAnswer): Promise<void> {
    await this.run('idempotency-complete', COMPLETE, [principal, key, JSON.stringify(answer)]);
  }

  async abandon(principal: string, key: string): Promise<void> {
    await this.run('idempotency-abandon', ABANDON, [principal, key]);
  }

  private async run(name: string, text: string, values: unknown[]): Promise<KeyRow[]> {
    return (await reachable(this.pool.query<KeyRow>({ name, text, values }))).rows;
  }
}

interface KeyRow {
  readonly fingerprint: string;
  readonly answer: StoredAnswer | null;
  readonly since: string;
}
