import type { Micros } from '../kernel/money.js';

/** One finalized transaction that changed what the custodial token account holds. */
export interface CustodyMovement {
  readonly signature: string;
  readonly slot: bigint;
  /** micro-USDC: above zero what came in, below what went out */
  readonly amount: bigint;
  readonly memos: readonly string[];
}

export interface CustodyStatement {
  /** oldest first */
  readonly movements: readonly CustodyMovement[];
  /** newest transaction that was looked at; the same as asked after when there was none */
  readonly upTo: string | null;
  /** what the account holds after that transaction */
  readonly balance: Micros;
  /** false when there are newer ones still: what was asked for was more than is looked at in one go */
  readonly complete: boolean;
}

/** The custodial token account as a bank would print it. Only what is final: it stays as it is. */
export interface Custody {
  /** @param after signature of the last transaction known; null for everything there ever was */
  statement(after: string | null, limit: number): Promise<CustodyStatement>;
}
