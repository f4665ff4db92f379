import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../kernel/errors.js';
import type { StoredAccount } from './accounts.js';
import { readIfThere, replaceFile } from './durable-file.js';
import { Journal } from './journal.js';
import { Ledger } from './ledger.js';
import { Slots } from './slots.js';
import type { IndexEntry } from './transaction-record.js';

const VERSION = 1;
/** Lines the journal may have beyond the last snapshot, at least; beyond it also a quarter of all. */
const SNAPSHOT_EVERY = 500;

interface Identity {
  readonly version: number;
  readonly genesisAt: number;
  readonly slotMs: number;
  /** hex; whoever knows it can foretell blockhashes, no more */
  readonly seed: string;
}

interface Snapshot {
  /** bytes of the journal that it covers */
  readonly offset: number;
  readonly slot: number;
  readonly accounts: readonly StoredAccount[];
  readonly index: readonly IndexEntry[];
}

export interface ChainTiming {
  readonly slotMs: number;
  readonly finalitySlots: number;
  readonly now: () => number;
}

/**
 * The chain on the disk: `chain.json` says since when it runs, `journal.jsonl` what happened, `snapshot.json` what
 * had come of it, so that a start reads only the end of the journal. The snapshot may be lost, the journal may not.
 */
export class DataFolder {
  readonly ledger: Ledger;
  readonly isNew: boolean;
  #covered: number;

  constructor(
    readonly path: string,
    timing: ChainTiming,
  ) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const { identity, isNew } = openIdentity(join(path, 'chain.json'), timing);
    this.isNew = isNew;
    const { genesisAt, slotMs } = identity;
    const { finalitySlots, now } = timing;
    const slots = new Slots(
      { genesisAt, slotMs, finalitySlots, seed: Buffer.from(identity.seed, 'hex') },
      now,
    );
    this.ledger = new Ledger(new Journal(join(path, 'journal.jsonl')), slots, now);
    this.#covered = this.#restore();
  }

  #restore(): number {
    const snapshot = this.#readSnapshot();
    if (snapshot) {
      this.ledger.restoreAccounts(snapshot.accounts);
      for (const entry of snapshot.index) this.ledger.addToIndex(entry);
      this.ledger.slots.notBefore(snapshot.slot);
    }
    this.ledger.journal.replay(snapshot?.offset ?? 0, (line, { offset, length }) =>
      this.ledger.restore(line, offset, length),
    );
    return snapshot?.index.length ?? 0;
  }

  /** A snapshot that cannot be read, or that is ahead of the journal, is no loss: the journal has it all. */
  #readSnapshot(): Snapshot | undefined {
    const text = readIfThere(join(this.path, 'snapshot.json'));
    if (text === undefined) return undefined;
    try {
      const snapshot = JSON.parse(text) as Snapshot;
      return snapshot.offset <= this.ledger.journal.end ? snapshot : undefined;
    } catch {
      return undefined;
    }
  }

  async snapshotIfDue(): Promise<void> {
    const { size } = this.ledger.index;
    if (size - this.#covered >= Math.max(SNAPSHOT_EVERY, size / 4)) await this.snapshot();
  }

  async snapshot(): Promise<void> {
    const { journal, index, slots } = this.ledger;
    const snapshot: Snapshot = {
      offset: journal.end,
      slot: slots.current(),
      accounts: this.ledger.accounts(),
      index: index.all(),
    };
    const text = JSON.stringify(snapshot);
    this.#covered = index.size;
    await journal.durable();
    replaceFile(join(this.path, 'snapshot.json'), text);
  }

  /** Leaves the folder as a crash would, but for the open file. */
  abandon(): void {
    this.ledger.journal.close();
  }

  async close(): Promise<void> {
    await this.snapshot();
    this.ledger.journal.close();
  }
}

function openIdentity(path: string, timing: ChainTiming): { identity: Identity; isNew: boolean } {
  const text = readIfThere(path);
  if (text !== undefined) {
    const identity = JSON.parse(text) as Identity;
    if (identity.version === VERSION) return { identity, isNew: false };
    throw new Refusal(
      'DATA_FOLDER_NEWER',
      `The chain in ${path} was written by another version of this program.`,
      { found: identity.version, supported: VERSION },
    );
  }
  const seed = randomBytes(32).toString('hex');
  const identity = { version: VERSION, genesisAt: timing.now(), slotMs: timing.slotMs, seed };
  replaceFile(path, JSON.stringify(identity));
  return { identity, isNew: true };
}
