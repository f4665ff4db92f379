/** The transparency log of receipts: which leaf stands where, for ever. Storage formats. */
import { z } from 'zod';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';

const position = z.string().min(1).max(80);
const chainSignature = z.string().min(64).max(100);

export const LogLeavesAppended = defineEvent(
  'LogLeavesAppended',
  1,
  {
    /** index of the first of them: the size of the log before */
    first: field.count,
    leaves: z
      .array(
        z.strictObject({
          receiptId: field.id,
          /** SHA-256 of what its issuer signed */
          statement: field.sha256,
        }),
      )
      .min(1)
      .max(1_000),
    /** root of the tree with them */
    root: field.sha256,
    /** position of the last receipt's issuing that was looked at: the next leaf comes after it */
    upTo: position,
    appendedAt: field.time,
  },
  {
    first: 0,
    leaves: [{ receiptId: 'rcpt_01', statement: 'a'.repeat(64) }],
    root: 'b'.repeat(64),
    upTo: '0000000000000012',
    appendedAt: sampleTime,
  },
);

/** A transaction was signed that says the head of the log on a chain. Recorded before it is sent. */
export const LogAnchorPrepared = defineEvent(
  'LogAnchorPrepared',
  1,
  {
    size: field.count,
    root: field.sha256,
    /** CAIP-2 */
    network: z.string().max(80),
    /** what the transaction says */
    memo: z.string().max(400),
    signature: chainSignature,
    /** base64; the same bytes are sent again after a crash */
    transaction: z.string().max(2_000),
    /** block height after which it can no longer land */
    lastValidBlockHeight: field.micros,
    /** at which it was signed: a chain that forgot what came after cannot tell its fate */
    slot: field.micros,
    preparedAt: field.time,
  },
  {
    size: 1,
    root: 'b'.repeat(64),
    network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
    memo: `quittance-log/1 1 ${'b'.repeat(64)}`,
    signature: '5'.repeat(88),
    transaction: 'AQID',
    lastValidBlockHeight: '150',
    slot: '40',
    preparedAt: sampleTime,
  },
);

export const LogCheckpointAnchored = defineEvent(
  'LogCheckpointAnchored',
  1,
  {
    size: field.count,
    root: field.sha256,
    network: z.string().max(80),
    memo: z.string().max(400),
    signature: chainSignature,
    slot: field.micros,
    anchoredAt: field.time,
  },
  {
    size: 1,
    root: 'b'.repeat(64),
    network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
    memo: `quittance-log/1 1 ${'b'.repeat(64)}`,
    signature: '5'.repeat(88),
    slot: '42',
    anchoredAt: sampleTime,
  },
);

/** The prepared transaction did not land and never will. */
export const LogAnchorLapsed = defineEvent(
  'LogAnchorLapsed',
  1,
  { size: field.count, signature: chainSignature, reason: field.sentence },
  { size: 1, signature: '5'.repeat(88), reason: 'Its blockhash is too old.' },
);

export const receiptLogEvents = [
  LogLeavesAppended,
  LogAnchorPrepared,
  LogCheckpointAnchored,
  LogAnchorLapsed,
] as const;

export type ReceiptLogEvent = EventOf<(typeof receiptLogEvents)[number]>;
export type ReceiptLogEventOf<T extends ReceiptLogEvent['type']> = Extract<ReceiptLogEvent, { type: T }>;
