import type { EscrowRow, LedgerRow } from '../../../projections/escrow/schema.js';
import { money } from '../answer.js';

export const escrowView = (row: EscrowRow) => ({
  userId: row.user_id,
  wallet: row.wallet,
  network: row.network,
  asset: row.asset,
  openedAt: row.opened_at,
  ...balanceView(row),
});

/** `balance` is what the seeds call the total: available and held together. */
export const balanceView = (row: Pick<EscrowRow, 'available' | 'held'>) => {
  const total = BigInt(row.available) + BigInt(row.held);
  return {
    ...money('balance', total),
    ...money('available', row.available),
    ...money('held', row.held),
    ...money('total', total),
  };
};

export const ledgerView = (row: LedgerRow) => ({
  seq: row.revision,
  kind: row.kind,
  ...money('amount', row.amount),
  reference: row.reference,
  note: row.note,
  ...money('availableAfter', row.available_after),
  ...money('heldAfter', row.held_after),
  at: row.at,
});
