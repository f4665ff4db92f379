import type { EarningsRow, SettlementRow } from '../../projections/settlements/schema.js';
import { money } from '../http/answer.js';

export const settlementView = (row: SettlementRow, explorerUrl?: (signature: string) => string) => ({
  id: row.settlement_id,
  status: row.status,
  from: { kind: row.source_kind, id: row.source },
  ...money('total', row.total),
  ...money('providerPayout', row.provider_payout),
  ...money('platformFee', row.platform_fee),
  ...money('reserve', row.reserve),
  split: row.split,
  ...money('owed', row.owed),
  payouts: row.payouts.map(({ amountMicro, ...payout }) => ({
    ...payout,
    ...money('amount', amountMicro),
    explorerUrl: payout.signature !== null && explorerUrl ? explorerUrl(payout.signature) : null,
  })),
  error: row.error,
  computedAt: row.computed_at,
  updatedAt: row.updated_at,
});

export const earningsView = ({ owner_id, accrued, withdrawn }: EarningsRow) => ({
  owner: owner_id,
  ...money('accrued', accrued),
  ...money('withdrawn', withdrawn),
  ...money('balance', BigInt(accrued) - BigInt(withdrawn)),
});
