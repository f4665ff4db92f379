import type { RunOutcome, VerificationLevel } from '../../events/workflow.js';
import type { MicrosText } from '../../kernel/money.js';
import type { ArtifactRef } from '../../kernel/sealed.js';
import { defineTable } from '../table.js';

/** domain.md 6, Receipt. */
export type ProofStatus = 'not_required' | 'pending' | 'proven' | 'verified' | 'failed';

export interface ReceiptRow {
  readonly receipt_id: string;
  readonly revision: number;
  readonly workflow_id: string;
  readonly run_no: number;
  readonly user_id: string;
  readonly outcome: RunOutcome;
  readonly level: VerificationLevel;
  readonly proof_status: ProofStatus;
  readonly proof_error: { readonly code: string; readonly message: string } | null;
  readonly unprovable: string | null;
  readonly total_cost: MicrosText;
  readonly document: ArtifactRef;
  readonly document_hash: string;
  readonly key_id: string;
  readonly circuit_id: string | null;
  readonly circuit_version: string | null;
  readonly vkey_hash: string | null;
  readonly key_kind: 'development' | 'production' | null;
  readonly proving_ms: number | null;
  readonly shared: boolean;
  readonly issued_at: string;
  readonly revoked_at: string | null;
  readonly revoked_reason: string | null;
}

export const receiptsTable = defineTable<ReceiptRow>({
  name: 'rm_receipts',
  columns: {
    receipt_id: 'text',
    revision: 'integer',
    workflow_id: 'text',
    run_no: 'integer',
    user_id: 'text',
    outcome: 'text',
    level: 'text',
    proof_status: 'text',
    proof_error: 'json',
    unprovable: 'text',
    total_cost: 'bigint',
    document: 'json',
    document_hash: 'text',
    key_id: 'text',
    circuit_id: 'text',
    circuit_version: 'text',
    vkey_hash: 'text',
    key_kind: 'text',
    proving_ms: 'integer',
    shared: 'boolean',
    issued_at: 'text',
    revoked_at: 'text',
    revoked_reason: 'text',
  },
  key: ['receipt_id'],
  newer: 'revision',
  indexes: ['workflow_id, run_no desc', 'revoked_at where revoked_at is not null'],
});
