/** A secret that stands for a user. Only a keyed hash of it is ever stored. Storage formats. */
import { z } from 'zod';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';

export const ApiKeyIssued = defineEvent(
  'ApiKeyIssued',
  1,
  {
    keyId: field.id,
    userId: field.id,
    /** HMAC-SHA256 of the secret under the installation's pepper */
    hash: field.sha256,
    /** first characters, so that a person can tell keys apart */
    prefix: z.string().max(16),
    name: z.string().max(80),
    issuedAt: field.time,
    expiresAt: field.time.optional(),
  },
  {
    keyId: 'key_01',
    userId: 'user_01',
    hash: 'a'.repeat(64),
    prefix: 'qk_abcd',
    name: 'laptop',
    issuedAt: sampleTime,
  },
);

/** The old secret stays valid until `graceUntil`. */
export const ApiKeyRotated = defineEvent(
  'ApiKeyRotated',
  1,
  { hash: field.sha256, prefix: z.string().max(16), graceUntil: field.time },
  { hash: 'b'.repeat(64), prefix: 'qk_efgh', graceUntil: sampleTime },
);

export const ApiKeyRevoked = defineEvent(
  'ApiKeyRevoked',
  1,
  { revokedAt: field.time },
  { revokedAt: sampleTime },
);

export const apiKeyEvents = [ApiKeyIssued, ApiKeyRotated, ApiKeyRevoked] as const;
export type ApiKeyEvent = EventOf<(typeof apiKeyEvents)[number]>;
