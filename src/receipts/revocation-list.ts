import { receiptHash } from '../kernel/log/entry.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Sql } from '../ports/sql.js';
import { revokedReceipts } from '../projections/receipts/queries.js';
import { REVOCATIONS_FORMAT, type Revocations } from '../verifier/revocations.js';

/** ms a list is given again: every verification asks for it */
const FRESH_MS = 1_000;
/** receipts of one list, the latest first: as many as its format takes */
const MOST = 100_000;

/** What this installation took back, as it is published. */
export class RevocationList {
  private known: { readonly at: number; readonly list: Revocations } | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly keys: () => Revocations['keys'],
    private readonly clock: Clock,
  ) {}

  /** The list says as of when it is: an older one is better than none while the database is away. */
  async current(): Promise<Revocations> {
    const now = this.clock.now();
    if (this.known && now - this.known.at < FRESH_MS) return this.known.list;
    try {
      const list = await this.read(isoTime(now));
      this.known = { at: now, list };
      return list;
    } catch (error) {
      if (this.known) return this.known.list;
      throw error;
    }
  }

  private async read(asOf: string): Promise<Revocations> {
    const rows = await revokedReceipts(this.sql, MOST);
    return {
      format: REVOCATIONS_FORMAT,
      asOf,
      receipts: rows.map(({ receipt_id, revoked_at, revoked_reason }) => ({
        receipt: receiptHash(receipt_id),
        revokedAt: revoked_at!,
        reason: revoked_reason!,
      })),
      keys: [...this.keys()],
    };
  }
}
