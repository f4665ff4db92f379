import type { HistoryRow } from '../../../projections/escrow/queries.js';
import type { EscrowRow } from '../../../projections/escrow/schema.js';
import { money } from '../answer.js';

export const escrowView = (row: EscrowRow) => ({
  userId: row.user_id,
  wallet: row.wallet,
  network: row.network,
  asset: row.asset,
  openedAt: row.opened_at,
  ...balanceView(row),
  ...money('deposited', row.deposited),
  ...money('captured', row.captured),
  ...money('refunded', row.refunded),
  frozen: row.frozen,
});

/** `balance` is what the seeds call the total: available and held together. */
export const balanceView = (row: Pick<EscrowRow, 'available' | 'held' | 'withdrawing'>) => {
  const total = BigInt(row.available) + BigInt(row.held);
  return {
    ...money('balance', total),
    ...money('available', row.available),
    ...money('held', row.held),
    ...money('total', total),
    /** asked for, and on its way out: no part of the total any more */
    ...money('withdrawing', row.withdrawing),
  };
};

export const ledgerView = (row: HistoryRow, explorerUrl?: (signature: string) => string) => ({
  seq: row.revision,
  entry: row.entry,
  kind: row.kind,
  ...money('amount', row.amount),
  reference: row.reference,
  note: row.note,
  ...money('availableAfter', row.available_after),
  ...money('heldAfter', row.held_after),
  ...money('balanceAfter', BigInt(row.available_after) + BigInt(row.held_after)),
  signature: row.signature,
  explorerUrl: row.signature && explorerUrl ? explorerUrl(row.signature) : null,
  at: row.at,
});
