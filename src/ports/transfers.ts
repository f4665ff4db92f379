import type { Micros } from '../kernel/money.js';

export interface Outgoing {
  /** a wallet, not its token account */
  readonly to: string;
  readonly amount: Micros;
}

/** Whether a wallet can be paid: `missing` has no token account, `foreign` none that is its own and of our token. */
export type RecipientState = 'ready' | 'missing' | 'frozen' | 'foreign';

/** One signed transaction, to be recorded before it leaves the process. */
export interface PreparedTransfers {
  /** wire form, base64 */
  readonly transaction: string;
  readonly signature: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: bigint;
  /** at which it was signed */
  readonly slot: bigint;
  /** so many of the transfers it was asked for, from the first on, are in it */
  readonly count: number;
  /** recipients whose token accounts it opens; the signer pays the rent */
  readonly opens: readonly string[];
}

/** What the chain says of a signature, and nobody else. */
export type Fate =
  | { readonly status: 'finalized'; readonly slot: bigint }
  /** final, and nothing moved */
  | { readonly status: 'failed'; readonly slot: bigint; readonly reason: string }
  | { readonly status: 'pending' }
  /** the finalized chain is beyond its last block, and all of its history since it was signed is without it */
  | { readonly status: 'expired'; readonly height: bigint };

/** Sends tokens out of the escrow's account. */
export interface TransferSender {
  recipient(wallet: string): Promise<RecipientState>;
  /**
   * Signs as many of the transfers as fit one transaction; sends nothing.
   * @param memo tells it from every other transaction
   * @throws Refusal TRANSFER_WOULD_FAIL, FEES_UNPAYABLE (retryable), CHAIN_UNREACHABLE (retryable)
   */
  prepare(transfers: readonly Outgoing[], memo: string): Promise<PreparedTransfers>;
  /** Hands the bytes to a node. Whatever it answers, {@link fate} decides. @throws Refusal kind `unknown` */
  broadcast(transfer: Pick<PreparedTransfers, 'transaction' | 'signature'>): Promise<void>;
  fate(transfer: Pick<PreparedTransfers, 'signature' | 'lastValidBlockHeight' | 'slot'>): Promise<Fate>;
}
