import { LIMITS } from '../../kernel/limits.js';
import type { Claim, IdempotencyStore, StoredAnswer } from '../../ports/idempotency.js';

interface Entry {
  readonly fingerprint: string;
  readonly claimedAt: number;
  readonly since: number;
  readonly answer?: StoredAnswer;
}

const nameOf = (principal: string, key: string): string => JSON.stringify([principal, key]);

export class MemoryIdempotencyStore implements IdempotencyStore {
  private readonly entries = new Map<string, Entry>();

  async claim(principal: string, key: string, fingerprint: string, now: number): Promise<Claim> {
    const name = nameOf(principal, key);
    const found = this.entries.get(name);
    const over = found && found.claimedAt < now - LIMITS.idempotencyTtl;
    const sameCall = found?.fingerprint === fingerprint;
    const crashed = sameCall && !found.answer && found.claimedAt < now - LIMITS.idempotencyClaim;
    if (!found || over || crashed) {
      const since = crashed && !over ? found.since : now;
      this.entries.set(name, { fingerprint, claimedAt: now, since });
      return { is: 'new', since };
    }
    if (!sameCall) return { is: 'different' };
    return found.answer ? { is: 'done', answer: structuredClone(found.answer) } : { is: 'in-flight' };
  }

  async complete(principal: string, key: string, answer: StoredAnswer): Promise<void> {
    const name = nameOf(principal, key);
    const found = this.entries.get(name);
    if (found) this.entries.set(name, { ...found, answer: structuredClone(answer) });
  }

  async abandon(principal: string, key: string): Promise<void> {
    const name = nameOf(principal, key);
    if (!this.entries.get(name)?.answer) this.entries.delete(name);
  }
}
