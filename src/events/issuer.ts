/** The keys that receipts are signed with, and since when they no longer are. Storage formats. */
import { z } from 'zod';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';

const keyId = z.string().regex(/^[0-9a-f]{16}$/);
const publicKey = field.sha256;

export const ReceiptKeyRotated = defineEvent(
  'ReceiptKeyRotated',
  1,
  {
    /** of the new key: its secret half is kept by the vault under this number */
    generation: field.count,
    keyId,
    publicKey,
    /** what was signed with until now */
    former: z.strictObject({ keyId, publicKey }),
    /** the former key signs what is under way in other processes until then */
    formerUntil: field.time,
    rotatedAt: field.time,
  },
  {
    generation: 1,
    keyId: 'a'.repeat(16),
    publicKey: 'b'.repeat(64),
    former: { keyId: 'c'.repeat(16), publicKey: 'd'.repeat(64) },
    formerUntil: '2026-01-02T03:05:05.678Z',
    rotatedAt: sampleTime,
  },
);

/** Somebody else may have the key: nothing is believed that it signed from a time on. */
export const ReceiptKeyRevoked = defineEvent(
  'ReceiptKeyRevoked',
  1,
  {
    keyId,
    /** a receipt that says it was issued then or later is not valid */
    from: field.time,
    /** one that says it was issued before is believed if it is among so many first leaves of the log */
    logSize: field.count,
    reason: field.sentence,
    revokedAt: field.time,
  },
  {
    keyId: 'c'.repeat(16),
    from: sampleTime,
    logSize: 12,
    reason: 'A backup was stolen.',
    revokedAt: sampleTime,
  },
);

export const issuerEvents = [ReceiptKeyRotated, ReceiptKeyRevoked] as const;

export type IssuerEvent = EventOf<(typeof issuerEvents)[number]>;
export type IssuerEventOf<T extends IssuerEvent['type']> = Extract<IssuerEvent, { type: T }>;
