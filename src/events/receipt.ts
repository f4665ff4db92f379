/** The document that ends a run, and the proof that may follow it. Storage formats. */
import { z } from 'zod';
import { artifactRefSchema } from '../kernel/sealed.js';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';
import { runOutcomes, verificationLevels } from './workflow.js';

export const ReceiptIssued = defineEvent(
  'ReceiptIssued',
  2,
  {
    receiptId: field.id,
    workflowId: field.id,
    runNo: field.count,
    userId: field.id,
    outcome: z.enum(runOutcomes),
    level: z.enum(verificationLevels),
    workflowHash: field.fieldElement.nullable(),
    resultsRoot: field.fieldElement.nullable(),
    finalResultHash: field.fieldElement.nullable(),
    totalCost: field.micros,
    /** SHA-256 of the signed document's canonical bytes */
    documentHash: field.sha256,
    /** SHA-256 of what the issuer signed, the receipt's leaf in the log; version 1 did not say it */
    statementHash: field.sha256.optional(),
    /** the signed document; it holds commitments, no content */
    document: artifactRefSchema,
    keyId: z.string().max(80),
    issuedAt: field.time,
    /** why no proof can follow, where the level asked for one */
    unprovable: field.sentence.optional(),
  },
  {
    receiptId: 'rcpt_01',
    workflowId: 'wf_01',
    runNo: 1,
    userId: 'user_01',
    outcome: 'completed',
    level: 'zero-knowledge',
    workflowHash: '1',
    resultsRoot: '2',
    finalResultHash: '3',
    totalCost: '20000',
    documentHash: 'd'.repeat(64),
    statementHash: 'a'.repeat(64),
    document: { sha256: 'e'.repeat(64), size: 4000, mediaType: 'application/json' },
    keyId: 'issuer-1',
    issuedAt: sampleTime,
  },
);

export const ProofRequested = defineEvent(
  'ProofRequested',
  1,
  {
    receiptId: field.id,
    workflowId: field.id,
    runNo: field.count,
    circuitId: z.string().max(80),
    circuitVersion: z.string().max(40),
  },
  {
    receiptId: 'rcpt_01',
    workflowId: 'wf_01',
    runNo: 1,
    circuitId: 'workflow-receipt-16',
    circuitVersion: '1',
  },
);

export const WorkflowProofGenerated = defineEvent(
  'WorkflowProofGenerated',
  1,
  {
    circuitId: z.string().max(80),
    circuitVersion: z.string().max(40),
    publicSignals: z.array(field.fieldElement).max(64),
    vkeyHash: field.sha256,
    keyKind: z.enum(['development', 'production']),
    /** the signed document with its proof */
    document: artifactRefSchema,
    documentHash: field.sha256,
    provingMs: field.ms,
  },
  {
    circuitId: 'workflow-receipt-16',
    circuitVersion: '1',
    publicSignals: ['1', '2'],
    vkeyHash: 'f'.repeat(64),
    keyKind: 'development',
    document: { sha256: 'e'.repeat(64), size: 5000, mediaType: 'application/json' },
    documentHash: 'd'.repeat(64),
    provingMs: 700,
  },
);

export const ProofFailed = defineEvent(
  'ProofFailed',
  1,
  { code: field.code, message: field.sentence, final: z.boolean() },
  { code: 'PROVER_LOST', message: 'The prover stopped while it worked on this.', final: false },
);

export const ReceiptVerified = defineEvent(
  'ReceiptVerified',
  1,
  { verifier: z.string().max(80), valid: z.boolean() },
  { verifier: 'self', valid: true },
);

export const ReceiptShared = defineEvent('ReceiptShared', 1, { shared: z.boolean() }, { shared: true });

/** The issuer takes back its word: the document stays what it is, and is not valid any more. */
export const ReceiptRevoked = defineEvent(
  'ReceiptRevoked',
  1,
  { reason: field.sentence, revokedAt: field.time },
  { reason: 'The wrong run was billed.', revokedAt: sampleTime },
);

/** Issued at one level, to be proven at another: the proof that was not asked for then is asked for now. */
export const ReceiptUpgraded = defineEvent(
  'ReceiptUpgraded',
  1,
  { level: z.literal('zero-knowledge') },
  { level: 'zero-knowledge' },
);

export const receiptEvents = [
  ReceiptIssued,
  ProofRequested,
  WorkflowProofGenerated,
  ProofFailed,
  ReceiptVerified,
  ReceiptShared,
  ReceiptRevoked,
  ReceiptUpgraded,
] as const;

export type ReceiptEvent = EventOf<(typeof receiptEvents)[number]>;
