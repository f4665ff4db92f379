import type { IndexEntry } from './transaction-record.js';

/** Transactions in the order in which they ran, found by signature, by message and by any account they name. */
export class TransactionIndex {
  readonly #all: IndexEntry[] = [];
  readonly #bySignature = new Map<string, IndexEntry>();
  readonly #byMessage = new Map<string, IndexEntry>();
  readonly #byAccount = new Map<string, IndexEntry[]>();

  get size(): number {
    return this.#all.length;
  }

  all(): readonly IndexEntry[] {
    return this.#all;
  }

  add(entry: IndexEntry): void {
    this.#all.push(entry);
    this.#bySignature.set(entry.signature, entry);
    this.#byMessage.set(entry.messageHash, entry);
    for (const key of new Set(entry.keys)) {
      const entries = this.#byAccount.get(key);
      if (entries) entries.push(entry);
      else this.#byAccount.set(key, [entry]);
    }
  }

  bySignature(signature: string): IndexEntry | undefined {
    return this.#bySignature.get(signature);
  }

  byMessage(messageHash: string): IndexEntry | undefined {
    return this.#byMessage.get(messageHash);
  }

  /** Newest first, between two signatures, both left out. */
  *ofAccount(account: string, before?: string, until?: string): Generator<IndexEntry> {
    const entries = this.#byAccount.get(account) ?? [];
    let started = before === undefined;
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i]!;
      if (entry.signature === until) return;
      if (started) yield entry;
      else started = entry.signature === before;
    }
  }
}
