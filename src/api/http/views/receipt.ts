import type { ProvingProgress } from '../../../ports/prover.js';
import type { ReceiptRow } from '../../../projections/receipts/schema.js';
import { money } from '../answer.js';

/** What is known of a receipt beside its signed document. */
export const receiptView = (row: ReceiptRow, underWay?: ProvingProgress) => ({
  id: row.receipt_id,
  workflowId: row.workflow_id,
  runNo: row.run_no,
  outcome: row.outcome,
  verificationLevel: row.level,
  zkStatus: row.proof_status,
  ...(row.proof_status === 'pending' && { proving: underWay ?? { stage: 'queued', done: 0 } }),
  ...(row.proof_error && { proofError: row.proof_error }),
  ...(row.unprovable !== null && { unprovable: row.unprovable }),
  ...money('totalCost', row.total_cost),
  documentHash: row.document_hash,
  keyId: row.key_id,
  circuitId: row.circuit_id,
  circuitVersion: row.circuit_version,
  vkeyHash: row.vkey_hash,
  keyKind: row.key_kind,
  provingMs: row.proving_ms,
  shared: row.shared,
  issuedAt: row.issued_at,
  ...(row.revoked_at !== null && { revokedAt: row.revoked_at, revokedReason: row.revoked_reason }),
});
