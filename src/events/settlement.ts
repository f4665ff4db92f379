/** What is owed to recipients, and how it was paid to them. Amounts are micro-USDC. Storage formats. */
import { z } from 'zod';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';
import { chainHeight, endOfAttempt, sampleSigned, signedTransfer } from './signed-transfer.js';

/** Whose money it is: reserved in a user's account, or earned by an owner of earnings and taken from them already. */
const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hold'), userId: field.id, holdId: field.id }),
  z.strictObject({ kind: z.literal('earnings'), ownerId: field.id }),
]);

/** A transfer that is owed: what the recipient gets. */
export const payoutShape = z.strictObject({
  recipient: z.string().max(80),
  amount: field.micros,
  /** what it is for, in the words of whoever owes it */
  reference: field.id,
});

const items = z.array(field.count).min(1).max(100);

export const SettlementComputed = defineEvent(
  'SettlementComputed',
  1,
  {
    settlementId: field.id,
    source,
    /** providerPayout + platformFee + reserve */
    total: field.micros,
    providerPayout: field.micros,
    platformFee: field.micros,
    reserve: field.micros,
    /** percentages of provider, platform and reserve; absent where all of it is the recipients' */
    split: z
      .string()
      .regex(/^\d{1,3}\/\d{1,3}\/\d{1,3}$/)
      .optional(),
    payouts: z.array(payoutShape).min(1).max(100),
    computedAt: field.time,
  },
  {
    settlementId: 'stl_1',
    source: { kind: 'hold', userId: 'user_01', holdId: 'hold_1' },
    total: '1000000',
    providerPayout: '900000',
    platformFee: '70000',
    reserve: '30000',
    split: '90/7/3',
    payouts: [{ recipient: '1'.repeat(32), amount: '900000', reference: 'session_1' }],
    computedAt: sampleTime,
  },
);

/** The money was taken from its source: what is not paid yet is owed. */
export const SettlementFunded = defineEvent(
  'SettlementFunded',
  1,
  { settlementId: field.id, total: field.micros, platformFee: field.micros, reserve: field.micros },
  { settlementId: 'stl_1', total: '1000000', platformFee: '70000', reserve: '30000' },
);

/** The source did not have it. Nothing moved, and nothing is owed. */
export const SettlementRefused = defineEvent(
  'SettlementRefused',
  1,
  { settlementId: field.id, code: field.code, message: field.sentence },
  { settlementId: 'stl_1', code: 'HOLD_CLOSED', message: 'This hold was expired and holds nothing.' },
);

/** One transaction for several recipients. Recorded before its bytes leave the process. */
export const PayoutPrepared = defineEvent(
  'PayoutPrepared',
  1,
  {
    settlementId: field.id,
    attempt: field.count,
    /** which of the payouts it pays */
    items,
    amount: field.micros,
    ...signedTransfer,
    /** recipients whose token accounts it opens, at the platform's expense */
    opens: z.array(z.string().max(80)).max(100).optional(),
  },
  { settlementId: 'stl_1', attempt: 1, items: [0], amount: '900000', ...sampleSigned },
);

/** The bytes have been handed to the chain at least once. */
export const PayoutSubmitted = defineEvent(
  'PayoutSubmitted',
  1,
  { settlementId: field.id, attempt: field.count },
  { settlementId: 'stl_1', attempt: 1 },
);

/** The transfers are final on the chain. */
export const PayoutConfirmed = defineEvent(
  'PayoutConfirmed',
  1,
  {
    settlementId: field.id,
    attempt: field.count,
    signature: z.string().max(100),
    slot: chainHeight,
    items,
    amount: field.micros,
  },
  {
    settlementId: 'stl_1',
    attempt: 1,
    signature: '6'.repeat(88),
    slot: '99',
    items: [0],
    amount: '900000',
  },
);

/** The bytes of this attempt can never land any more; nothing moved, and its payouts are owed as before. */
export const PayoutAttemptEnded = defineEvent(
  'PayoutAttemptEnded',
  1,
  { settlementId: field.id, attempt: field.count, items, ...endOfAttempt },
  {
    settlementId: 'stl_1',
    attempt: 1,
    items: [0],
    signature: '6'.repeat(88),
    because: 'expired',
    height: '151',
  },
);

/** This recipient cannot be paid as things are. It stays owed, until an operator has it tried again. */
export const PayoutFailed = defineEvent(
  'PayoutFailed',
  1,
  {
    settlementId: field.id,
    item: field.count,
    recipient: z.string().max(80),
    amount: field.micros,
    code: field.code,
    message: field.sentence,
  },
  {
    settlementId: 'stl_1',
    item: 0,
    recipient: '1'.repeat(32),
    amount: '900000',
    code: 'RECIPIENT_FROZEN',
    message: 'The account of this wallet is frozen.',
  },
);

/** A payout that had failed is tried again, to `recipient`. */
export const PayoutRetried = defineEvent(
  'PayoutRetried',
  1,
  { settlementId: field.id, item: field.count, recipient: z.string().max(80), retriedAt: field.time },
  { settlementId: 'stl_1', item: 0, recipient: '1'.repeat(32), retriedAt: sampleTime },
);

export const settlementEvents = [
  SettlementComputed,
  SettlementFunded,
  SettlementRefused,
  PayoutPrepared,
  PayoutSubmitted,
  PayoutConfirmed,
  PayoutAttemptEnded,
  PayoutFailed,
  PayoutRetried,
] as const;

export type SettlementEvent = EventOf<(typeof settlementEvents)[number]>;
