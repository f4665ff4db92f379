import type { MicrosText } from '../../kernel/money.js';
import { defineTable } from '../table.js';

export interface WithdrawalRow {
  readonly withdrawal_id: string;
  readonly user_id: string;
  /** of the account, after the last event about it */
  readonly revision: number;
  readonly status: 'requested' | 'sending' | 'confirmed' | 'failed';
  readonly amount: MicrosText;
  readonly destination: string;
  readonly attempts: number;
  /** of the bytes that were signed last */
  readonly signature: string | null;
  readonly slot: string | null;
  readonly opens_account: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly requested_at: string;
  readonly updated_at: string;
}

export const withdrawalsTable = defineTable<WithdrawalRow>({
  name: 'rm_withdrawals',
  columns: {
    withdrawal_id: 'text',
    user_id: 'text',
    revision: 'integer',
    status: 'text',
    amount: 'bigint',
    destination: 'text',
    attempts: 'integer',
    signature: 'text',
    slot: 'text',
    opens_account: 'boolean',
    error: 'json',
    requested_at: 'text',
    updated_at: 'text',
  },
  key: ['withdrawal_id', 'user_id'],
  newer: 'revision',
  indexes: ['user_id, requested_at desc, withdrawal_id'],
});
