import { type ReceiptEvent, receiptEvents } from '../../events/receipt.js';
import type { Recorded } from '../../kernel/event.js';
import { foldRows } from '../fold-rows.js';
import { ownStream, type Projection } from '../projection.js';
import { type ReceiptRow, receiptsTable } from './schema.js';

export const receiptsProjection: Projection = {
  name: 'receipts',
  version: 2,
  paceMs: 20,
  parkedWith: ownStream,
  handles: receiptEvents.map(({ type }) => type),
  schema: receiptsTable.schema,
  async project(events, sql) {
    await foldRows(receiptsTable, 'receipt_id', events, evolveReceipt, sql);
    return [];
  },
};

export function evolveReceipt(
  row: ReceiptRow | undefined,
  event: ReceiptEvent,
  { revision }: Recorded,
): ReceiptRow | undefined {
  if (event.type === 'ReceiptIssued')
    return {
      receipt_id: event.receiptId,
      revision,
      workflow_id: event.workflowId,
      run_no: event.runNo,
      user_id: event.userId,
      outcome: event.outcome,
      level: event.level,
      proof_status: 'not_required',
      proof_error: null,
      unprovable: event.unprovable ?? null,
      total_cost: event.totalCost,
      document: event.document,
      document_hash: event.documentHash,
      key_id: event.keyId,
      circuit_id: null,
      circuit_version: null,
      vkey_hash: null,
      key_kind: null,
      proving_ms: null,
      shared: false,
      issued_at: event.issuedAt,
      revoked_at: null,
      revoked_reason: null,
    };
  return row && { ...row, ...changeOf(event, row), revision };
}

function changeOf(event: ReceiptEvent, row: ReceiptRow): Partial<ReceiptRow> {
  switch (event.type) {
    case 'ReceiptIssued':
      return {};
    case 'ProofRequested':
      return {
        proof_status: 'pending',
        circuit_id: event.circuitId,
        circuit_version: event.circuitVersion,
        proof_error: null,
      };
    case 'WorkflowProofGenerated':
      return {
        proof_status: 'proven',
        circuit_id: event.circuitId,
        circuit_version: event.circuitVersion,
        vkey_hash: event.vkeyHash,
        key_kind: event.keyKind,
        proving_ms: event.provingMs,
        document: event.document,
        document_hash: event.documentHash,
        proof_error: null,
      };
    case 'ProofFailed':
      return {
        proof_status: event.final ? 'failed' : row.proof_status,
        proof_error: { code: event.code, message: event.message },
      };
    case 'ReceiptVerified':
      return event.valid && row.proof_status === 'proven' ? { proof_status: 'verified' } : {};
    case 'ReceiptShared':
      return { shared: event.shared };
    case 'ReceiptRevoked':
      return { revoked_at: event.revokedAt, revoked_reason: event.reason };
    case 'ReceiptUpgraded':
      return { level: event.level };
  }
}
