import type { MicrosText } from '../../kernel/money.js';
import { defineTable } from '../table.js';

export interface EscrowRow {
  readonly user_id: string;
  readonly revision: number;
  readonly wallet: string;
  readonly network: string;
  readonly asset: string;
  readonly opened_at: string;
  /** neither held nor spent */
  readonly available: MicrosText;
  readonly held: MicrosText;
  readonly deposited: MicrosText;
  readonly captured: MicrosText;
  /** what recipients gave back */
  readonly refunded: MicrosText;
  /** why and since when nothing more is reserved of it or withdrawn */
  readonly frozen: { readonly reason: string; readonly at: string } | null;
  /** asked for, and neither final on the chain nor given up */
  readonly withdrawing: MicrosText;
  readonly withdrawn: MicrosText;
}

export const escrowTable = defineTable<EscrowRow>({
  name: 'rm_escrow_accounts',
  columns: {
    user_id: 'text',
    revision: 'integer',
    wallet: 'text',
    network: 'text',
    asset: 'text',
    opened_at: 'text',
    available: 'bigint',
    held: 'bigint',
    deposited: 'bigint',
    captured: 'bigint',
    refunded: 'bigint',
    frozen: 'json',
    withdrawing: 'bigint',
    withdrawn: 'bigint',
  },
  key: ['user_id'],
  newer: 'revision',
});

export type LedgerKind =
  | 'opened'
  | 'deposit_submitted'
  | 'deposit_confirmed'
  | 'deposit_rejected'
  | 'hold_placed'
  | 'hold_extended'
  | 'hold_split'
  | 'hold_reduced'
  | 'hold_captured'
  | 'hold_released'
  | 'hold_expired'
  | 'refund_credited'
  | 'frozen'
  | 'unfrozen'
  | 'withdrawal_requested'
  | 'withdrawal_prepared'
  | 'withdrawal_attempt_ended'
  | 'withdrawal_confirmed'
  | 'withdrawal_failed';

/** One line of an account's history: what moved, and what was available after it. */
export interface LedgerRow {
  readonly user_id: string;
  readonly revision: number;
  readonly kind: LedgerKind;
  readonly amount: MicrosText;
  /** signature, hold or payment it is about */
  readonly reference: string;
  /** workflow of a hold, code of a rejection, reason of a freeze */
  readonly note: string | null;
  readonly available_after: MicrosText;
  readonly held_after: MicrosText;
  readonly at: string;
}

export const ledgerTable = defineTable<LedgerRow>({
  name: 'rm_escrow_ledger',
  columns: {
    user_id: 'text',
    revision: 'integer',
    kind: 'text',
    amount: 'bigint',
    reference: 'text',
    note: 'text',
    available_after: 'bigint',
    held_after: 'bigint',
    at: 'text',
  },
  key: ['user_id', 'revision'],
  newer: 'revision',
});

export interface HoldRow {
  readonly user_id: string;
  readonly hold_id: string;
  readonly revision: number;
  /** the workflow it pays for */
  readonly purpose: string;
  readonly status: 'placed' | 'released' | 'expired';
  readonly amount: MicrosText;
  readonly captured: MicrosText;
  readonly released: MicrosText;
  readonly placed_at: string;
  readonly expires_at: string;
}

export const holdsTable = defineTable<HoldRow>({
  name: 'rm_holds',
  columns: {
    user_id: 'text',
    hold_id: 'text',
    revision: 'integer',
    purpose: 'text',
    status: 'text',
    amount: 'bigint',
    captured: 'bigint',
    released: 'bigint',
    placed_at: 'text',
    expires_at: 'text',
  },
  key: ['user_id', 'hold_id'],
  newer: 'revision',
  indexes: ['hold_id'],
});
