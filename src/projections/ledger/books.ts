import type { Recorded } from '../../kernel/event.js';
import { type Account, accountName } from './accounts.js';
import { assertBalanced, changeFor, type Entry } from './entry.js';
import { NO_MEMORY } from './memory.js';
import { type LedgerEvent, post } from './posting.js';
import type { AccountRow, EntryRow, LineRow, StreamMemoryRow } from './schema.js';

interface BookedLine {
  readonly seq: number;
  readonly line: number;
  readonly account: Account;
  readonly amount: bigint;
}

/** Posts events in their order, on top of what is booked already. */
export class Books {
  readonly entries: EntryRow[] = [];
  readonly lines: BookedLine[] = [];
  private readonly streams: Map<string, StreamMemoryRow>;

  /** @param seq of the last entry that is booked */
  constructor(
    private seq: number,
    streams: readonly StreamMemoryRow[],
  ) {
    this.streams = new Map(streams.map((row) => [row.stream, row]));
  }

  /** An event that was posted already is passed over, so that a batch may come again. */
  post(recorded: Recorded<LedgerEvent>): void {
    const { stream, revision, event, metadata } = recorded;
    const known = this.streams.get(stream);
    if (known && known.revision >= revision) return;
    const { memory, entry } = post(stream, known?.memory ?? NO_MEMORY, event);
    const at = later(known?.at ?? '', metadata.occurredAt);
    this.streams.set(stream, { stream, revision, at, memory });
    if (entry && entry.lines.length > 0) this.book(entry, recorded, at);
  }

  private book(entry: Entry, { stream, revision }: Recorded, at: string): void {
    assertBalanced(entry);
    const seq = ++this.seq;
    this.entries.push({
      seq,
      stream,
      revision,
      kind: entry.kind,
      reference: entry.reference,
      user_id: entry.userId,
      counterparty: entry.counterparty,
      signature: entry.signature,
      mark: entry.mark,
      available_change: `${changeFor(entry, 'available')}`,
      held_change: `${changeFor(entry, 'held')}`,
      at,
    });
    for (const [index, line] of entry.lines.entries()) this.lines.push({ seq, line: index + 1, ...line });
  }

  get memories(): StreamMemoryRow[] {
    return [...this.streams.values()];
  }

  get lineRows(): LineRow[] {
    return this.lines.map(({ account, amount, ...row }) => ({
      ...row,
      account: accountName(account),
      amount: `${amount}`,
    }));
  }

  /** @param before of the accounts that were touched, those that stood in the books already */
  accountsAfter(before: readonly AccountRow[]): AccountRow[] {
    const accounts = new Map(before.map((row) => [row.account, row]));
    for (const { account, amount, seq } of this.lines) {
      const name = accountName(account);
      const row = accounts.get(name) ?? opened(account);
      const { debits, credits } = row;
      const after =
        amount > 0n ? { debits: `${BigInt(debits) + amount}` } : { credits: `${BigInt(credits) - amount}` };
      accounts.set(name, { ...row, ...after, seq });
    }
    return [...accounts.values()];
  }
}

const later = (a: string, b: string): string => (a > b ? a : b);

const opened = (account: Account): AccountRow => ({
  account: accountName(account),
  kind: account.kind,
  owner: account.owner ?? null,
  subject: account.subject ?? null,
  debits: '0',
  credits: '0',
  seq: 0,
});
