import type { Entry } from './entry.js';

/** What later events of a stream need to know of earlier ones; JSON. */
export interface Memory {
  /** of a payment: what it was quoted last */
  readonly quote?: {
    readonly userId: string;
    readonly amount: string;
    readonly serviceId: string;
  };
  /** bytes are out that may still land */
  readonly isSent?: true;
  /** of an escrow account: amounts of withdrawals that are not over, and the bytes of theirs that are out */
  readonly withdrawals?: Readonly<Record<string, OpenWithdrawal>>;
  /** of a settlement: what is out that may still land, by attempt */
  readonly payouts?: Readonly<Record<number, string>>;
}

export interface OpenWithdrawal {
  readonly amount: string;
  readonly isSent?: true;
}

export interface Posted {
  readonly memory: Memory;
  readonly entry?: Entry | undefined;
}

export const NO_MEMORY: Memory = {};
