import type { Micros } from '../kernel/money.js';

/** A finalized token transfer into our escrow account, as the chain tells it. */
export interface DepositTransfer {
  readonly signature: string;
  readonly slot: bigint;
  readonly amount: Micros;
  readonly mint: string;
  /** wallets that signed the transaction */
  readonly signers: readonly string[];
  readonly memos: readonly string[];
}

export type DepositLookup =
  | { readonly status: 'unknown' }
  | { readonly status: 'pending' }
  | { readonly status: 'failed'; readonly reason: string }
  | { readonly status: 'finalized'; readonly transfer: DepositTransfer | undefined };

/** Finds transfers that nobody reported. */
export interface MemoSearch {
  /** @returns signatures of finalized transactions on our token account with this memo, newer than `since` */
  withMemo(memo: string, since: string): Promise<readonly string[]>;
}

/** What escrow needs to know of the chain. */
export interface Chain {
  /** CAIP-2 id, mint and our own token account */
  readonly network: string;
  readonly mint: string;
  escrowAddress(): Promise<{ readonly owner: string; readonly tokenAccount: string }>;
  /** `transfer` is undefined when the transaction moved nothing of the mint into our account. */
  lookupDeposit(signature: string): Promise<DepositLookup>;
  /** token balance of our escrow account */
  escrowBalance(): Promise<Micros>;
  ready(): Promise<boolean>;
}
