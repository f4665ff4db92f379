import type { StoredAccount, TokenAmount } from './accounts.js';
import type { TransactionError } from './transaction-error.js';

export interface TokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner: string;
  readonly programId: string;
  readonly uiTokenAmount: TokenAmount;
}

export interface InnerInstructions {
  readonly index: number;
  readonly instructions: readonly {
    readonly programIdIndex: number;
    readonly accounts: readonly number[];
    readonly data: string;
    readonly stackHeight: number;
  }[];
}

/** A transaction as the journal keeps it: what was asked, what came of it, and every account it left behind. */
export interface TransactionRecord {
  readonly slot: number;
  /** seconds since the epoch */
  readonly time: number;
  /** base64 */
  readonly wire: string;
  readonly err: TransactionError | null;
  readonly fee: number;
  readonly unitsConsumed: number;
  readonly logs: readonly string[];
  readonly inner: readonly InnerInstructions[];
  readonly preBalances: readonly string[];
  readonly postBalances: readonly string[];
  readonly preTokens: readonly TokenBalance[];
  readonly postTokens: readonly TokenBalance[];
  readonly accounts: readonly StoredAccount[];
}

/** What is kept in memory of it; the rest is read from the journal when asked for. */
export interface IndexEntry {
  readonly signature: string;
  readonly messageHash: string;
  readonly slot: number;
  readonly time: number;
  readonly err: TransactionError | null;
  readonly memo: string | null;
  readonly keys: readonly string[];
  readonly offset: number;
  readonly length: number;
}
