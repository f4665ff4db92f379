import type { MicrosText } from '../../kernel/money.js';
import { defineTable } from '../table.js';

export interface PayoutRow {
  readonly item: number;
  readonly recipient: string;
  readonly amountMicro: MicrosText;
  readonly reference: string;
  readonly status: 'owed' | 'sending' | 'paid' | 'failed';
  readonly signature: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface SettlementRow {
  readonly settlement_id: string;
  readonly revision: number;
  readonly status: 'computed' | 'funded' | 'refused';
  readonly source_kind: 'hold' | 'earnings';
  /** the user whose hold it is, or the owner of the earnings */
  readonly source: string;
  readonly total: MicrosText;
  readonly provider_payout: MicrosText;
  readonly platform_fee: MicrosText;
  readonly reserve: MicrosText;
  readonly split: string | null;
  /** micro-USDC that recipients have not got yet */
  readonly owed: MicrosText;
  readonly payouts: readonly PayoutRow[];
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly computed_at: string;
  readonly updated_at: string;
}

export const settlementsTable = defineTable<SettlementRow>({
  name: 'rm_settlements',
  columns: {
    settlement_id: 'text',
    revision: 'integer',
    status: 'text',
    source_kind: 'text',
    source: 'text',
    total: 'bigint',
    provider_payout: 'bigint',
    platform_fee: 'bigint',
    reserve: 'bigint',
    split: 'text',
    owed: 'bigint',
    payouts: 'json',
    error: 'json',
    computed_at: 'text',
    updated_at: 'text',
  },
  key: ['settlement_id'],
  newer: 'revision',
  indexes: ['computed_at desc, settlement_id'],
});

export interface EarningsRow {
  readonly owner_id: string;
  readonly revision: number;
  readonly accrued: MicrosText;
  readonly withdrawn: MicrosText;
}

export const earningsTable = defineTable<EarningsRow>({
  name: 'rm_earnings',
  columns: { owner_id: 'text', revision: 'integer', accrued: 'bigint', withdrawn: 'bigint' },
  key: ['owner_id'],
  newer: 'revision',
});
