import type { WithdrawalRow } from '../../../projections/withdrawals/schema.js';
import { money } from '../answer.js';

/** A signature is shown once its bytes are on record, whether or not they have landed. */
export const withdrawalView = (row: WithdrawalRow, explorerUrl?: (signature: string) => string) => ({
  id: row.withdrawal_id,
  status: row.status,
  ...money('amount', row.amount),
  destination: row.destination,
  attempts: row.attempts,
  signature: row.signature,
  slot: row.slot,
  explorerUrl: row.signature !== null && explorerUrl ? explorerUrl(row.signature) : null,
  opensAccount: row.opens_account,
  error: row.error,
  requestedAt: row.requested_at,
  updatedAt: row.updated_at,
});
