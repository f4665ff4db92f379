import type { MicrosText } from '../../kernel/money.js';
import { defineTable } from '../table.js';

export interface MandateRow {
  readonly mandate_id: string;
  readonly revision: number;
  readonly user_id: string;
  readonly wallet: string;
  readonly status: 'active' | 'revoked' | 'expired';
  readonly network: string;
  readonly asset: string;
  readonly max_total: MicrosText;
  readonly max_per_transaction: MicrosText;
  /** null: whoever a plan names */
  readonly allowed_recipients: readonly string[] | null;
  /** what open uses may spend, and what the others have spent */
  readonly used: MicrosText;
  readonly granted_at: string;
  readonly expires_at: string;
  readonly ended_at: string | null;
}

export const mandatesTable = defineTable<MandateRow>({
  name: 'rm_mandates',
  columns: {
    mandate_id: 'text',
    revision: 'integer',
    user_id: 'text',
    wallet: 'text',
    status: 'text',
    network: 'text',
    asset: 'text',
    max_total: 'bigint',
    max_per_transaction: 'bigint',
    allowed_recipients: 'json',
    used: 'bigint',
    granted_at: 'text',
    expires_at: 'text',
    ended_at: 'text',
  },
  key: ['mandate_id'],
  newer: 'revision',
  indexes: ['user_id, granted_at desc'],
});
