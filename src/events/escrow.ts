/** A user's prepaid balance and what is reserved of it. Amounts are micro-USDC. Storage formats. */
import { z } from 'zod';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';
import { withdrawalEvents } from './withdrawal.js';

export const EscrowAccountOpened = defineEvent(
  'EscrowAccountOpened',
  1,
  {
    userId: field.id,
    wallet: z.string().max(80),
    network: z.string().max(80),
    asset: z.string().max(80),
    openedAt: field.time,
  },
  {
    userId: 'user_01',
    wallet: '1'.repeat(32),
    network: 'solana:x',
    asset: '1'.repeat(32),
    openedAt: sampleTime,
  },
);

export const DepositSubmitted = defineEvent(
  'DepositSubmitted',
  1,
  { signature: z.string().max(100), amount: field.micros, submittedAt: field.time, expiresAt: field.time },
  { signature: '5'.repeat(88), amount: '10000000', submittedAt: sampleTime, expiresAt: sampleTime },
);

export const DepositConfirmed = defineEvent(
  'DepositConfirmed',
  1,
  { signature: z.string().max(100), amount: field.micros, slot: z.string().max(20) },
  { signature: '5'.repeat(88), amount: '10000000', slot: '42' },
);

export const DepositRejected = defineEvent(
  'DepositRejected',
  1,
  { signature: z.string().max(100), code: field.code, message: field.sentence },
  { signature: '5'.repeat(88), code: 'DEPOSIT_WRONG_MINT', message: 'The transfer is of another token.' },
);

export const HoldPlaced = defineEvent(
  'HoldPlaced',
  1,
  { holdId: field.id, amount: field.micros, purpose: field.id, expiresAt: field.time },
  { holdId: 'hold_1', amount: '20000', purpose: 'wf_01', expiresAt: sampleTime },
);

/** `amount` is all of it from now on. One that had expired holds again. */
export const HoldExtended = defineEvent(
  'HoldExtended',
  1,
  {
    holdId: field.id,
    amount: field.micros,
    /** what is held in addition */
    added: field.micros,
    expiresAt: field.time,
  },
  { holdId: 'hold_1', amount: '25000', added: '5000', expiresAt: sampleTime },
);

export const HoldCaptured = defineEvent(
  'HoldCaptured',
  1,
  {
    holdId: field.id,
    paymentId: field.id,
    amount: field.micros,
    /** settled on the chain after the hold was closed: taken from what is available */
    late: z.literal(true).optional(),
  },
  { holdId: 'hold_1', paymentId: 'pay_1', amount: '20000' },
);

/** Part of what a hold has left becomes a hold of its own; what is available stays as it is. */
export const HoldSplit = defineEvent(
  'HoldSplit',
  1,
  {
    /** the new one */
    holdId: field.id,
    from: field.id,
    amount: field.micros,
    purpose: field.id,
    expiresAt: field.time,
  },
  { holdId: 'hold_2', from: 'hold_1', amount: '10000', purpose: 'wf_02', expiresAt: sampleTime },
);

/** All but what may still be captured is given back: its run is over, and something signed for it may land yet. */
export const HoldReduced = defineEvent(
  'HoldReduced',
  1,
  {
    holdId: field.id,
    /** all of it from now on, what is captured or lent included */
    amount: field.micros,
    /** available again */
    released: field.micros,
    /** held again by the hold it was split from, which is still open */
    returned: z.strictObject({ holdId: field.id, amount: field.micros }).optional(),
  },
  { holdId: 'hold_1', amount: '22000', released: '3000' },
);

export const HoldReleased = defineEvent(
  'HoldReleased',
  1,
  {
    holdId: field.id,
    captured: field.micros,
    /** available again */
    released: field.micros,
    /** held again by the hold it was split from, which is still open */
    returned: z.strictObject({ holdId: field.id, amount: field.micros }).optional(),
  },
  { holdId: 'hold_1', captured: '20000', released: '5000' },
);

export const HoldExpired = defineEvent(
  'HoldExpired',
  1,
  { holdId: field.id, released: field.micros },
  { holdId: 'hold_1', released: '25000' },
);

/** A recipient gave back what it was paid and did not deliver for. */
export const RefundCredited = defineEvent(
  'RefundCredited',
  1,
  { paymentId: field.id, signature: z.string().max(100), amount: field.micros },
  { paymentId: 'pay_1', signature: '4'.repeat(88), amount: '20000' },
);

/** An operator stops the account: nothing more is reserved or withdrawn. What was signed for a payment goes on. */
export const EscrowFrozen = defineEvent(
  'EscrowFrozen',
  1,
  { reason: field.sentence, frozenAt: field.time },
  { reason: 'The wallet was reported stolen.', frozenAt: sampleTime },
);

export const EscrowUnfrozen = defineEvent(
  'EscrowUnfrozen',
  1,
  { reason: field.sentence, unfrozenAt: field.time },
  { reason: 'The owner has linked a new wallet.', unfrozenAt: sampleTime },
);

export const escrowEvents = [
  EscrowAccountOpened,
  DepositSubmitted,
  DepositConfirmed,
  DepositRejected,
  HoldPlaced,
  HoldExtended,
  HoldSplit,
  HoldCaptured,
  HoldReduced,
  HoldReleased,
  HoldExpired,
  RefundCredited,
  EscrowFrozen,
  EscrowUnfrozen,
  ...withdrawalEvents,
] as const;

export type EscrowEvent = EventOf<(typeof escrowEvents)[number]>;

/** One stream per deposit signature, created once in the whole system: a signature counts for one account only. */
export const DepositClaimed = defineEvent(
  'DepositClaimed',
  1,
  { signature: z.string().max(100), userId: field.id },
  { signature: '5'.repeat(88), userId: 'user_01' },
);

export const depositEvents = [DepositClaimed] as const;
export type DepositEvent = EventOf<(typeof depositEvents)[number]>;
