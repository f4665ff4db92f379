/** What a user's wallet has approved in advance, and what was done under it. Amounts are micro-USDC. Storage formats. */
import { z } from 'zod';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';

const address = z.string().max(80);

export const MandateGranted = defineEvent(
  'MandateGranted',
  1,
  {
    mandateId: field.id,
    userId: field.id,
    wallet: address,
    network: z.string().max(80),
    asset: address,
    maxTotal: field.micros,
    /** of one plan, and so of each of its payments */
    maxPerTransaction: field.micros,
    /** absent: whoever a plan names */
    allowedRecipients: z.array(address).min(1).max(20).optional(),
    grantedAt: field.time,
    expiresAt: field.time,
    /** what the wallet signed, so that anybody can check it again */
    message: z.string().max(6_000),
    signature: z.string().max(100),
  },
  {
    mandateId: 'mdt_01',
    userId: 'user_01',
    wallet: '1'.repeat(32),
    network: 'solana:x',
    asset: '1'.repeat(32),
    maxTotal: '5000000',
    maxPerTransaction: '1000000',
    allowedRecipients: ['1'.repeat(32)],
    grantedAt: sampleTime,
    expiresAt: '2026-02-02T03:04:05.678Z',
    message: 'quittance.local wants you to sign in with your Solana account:',
    signature: '5'.repeat(88),
  },
);

/** A plan was approved under it: at most `amount` is spent by this run. */
export const MandateConsumed = defineEvent(
  'MandateConsumed',
  1,
  {
    workflowId: field.id,
    runNo: field.count,
    planHash: field.sha256,
    amount: field.micros,
    consumedAt: field.time,
  },
  { workflowId: 'wf_01', runNo: 1, planHash: 'b'.repeat(64), amount: '25000', consumedAt: sampleTime },
);

/** The run can spend no more: `spent` counts, the rest may be used again. */
export const MandateUseReleased = defineEvent(
  'MandateUseReleased',
  1,
  { workflowId: field.id, runNo: field.count, spent: field.micros, released: field.micros },
  { workflowId: 'wf_01', runNo: 1, spent: '20000', released: '5000' },
);

export const MandateRevoked = defineEvent(
  'MandateRevoked',
  1,
  { revokedAt: field.time },
  { revokedAt: sampleTime },
);

export const MandateExpired = defineEvent(
  'MandateExpired',
  1,
  { expiredAt: field.time },
  { expiredAt: '2026-02-02T03:04:05.678Z' },
);

export const mandateEvents = [
  MandateGranted,
  MandateConsumed,
  MandateUseReleased,
  MandateRevoked,
  MandateExpired,
] as const;

export type MandateEvent = EventOf<(typeof mandateEvents)[number]>;
export type MandateEventOf<T extends MandateEvent['type']> = Extract<MandateEvent, { type: T }>;
