/** Money a user takes out of escrow, to a wallet of theirs. In the stream of the account. Storage formats. */
import { z } from 'zod';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';
import { chainHeight, endOfAttempt, sampleSigned, signedTransfer } from './signed-transfer.js';

const wallet = z.string().max(80);

/** What is asked for leaves `available` with this event. */
export const WithdrawalRequested = defineEvent(
  'WithdrawalRequested',
  1,
  { withdrawalId: field.id, amount: field.micros, destination: wallet, requestedAt: field.time },
  { withdrawalId: 'wdr_1', amount: '1500000', destination: '1'.repeat(32), requestedAt: sampleTime },
);

/** Recorded before the bytes leave the process, so that a crash can only send the same bytes again. */
export const WithdrawalPrepared = defineEvent(
  'WithdrawalPrepared',
  1,
  {
    withdrawalId: field.id,
    attempt: field.count,
    ...signedTransfer,
    /** it opens the recipient's token account, at the platform's expense */
    opensAccount: z.literal(true).optional(),
  },
  { withdrawalId: 'wdr_1', attempt: 1, ...sampleSigned },
);

/** The bytes of this attempt can never land any more; nothing moved. */
export const WithdrawalAttemptEnded = defineEvent(
  'WithdrawalAttemptEnded',
  1,
  { withdrawalId: field.id, attempt: field.count, ...endOfAttempt },
  { withdrawalId: 'wdr_1', attempt: 1, signature: '6'.repeat(88), because: 'expired', height: '151' },
);

/** The transfer is final on the chain. */
export const WithdrawalConfirmed = defineEvent(
  'WithdrawalConfirmed',
  1,
  {
    withdrawalId: field.id,
    attempt: field.count,
    signature: z.string().max(100),
    slot: chainHeight,
    amount: field.micros,
    destination: wallet,
  },
  {
    withdrawalId: 'wdr_1',
    attempt: 1,
    signature: '6'.repeat(88),
    slot: '99',
    amount: '1500000',
    destination: '1'.repeat(32),
  },
);

/** Nothing moved and nothing will; the amount is available again. */
export const WithdrawalFailed = defineEvent(
  'WithdrawalFailed',
  1,
  { withdrawalId: field.id, amount: field.micros, code: field.code, message: field.sentence },
  {
    withdrawalId: 'wdr_1',
    amount: '1500000',
    code: 'RECIPIENT_WITHOUT_ACCOUNT',
    message: 'The wallet has no account for USDC.',
  },
);

export const withdrawalEvents = [
  WithdrawalRequested,
  WithdrawalPrepared,
  WithdrawalAttemptEnded,
  WithdrawalConfirmed,
  WithdrawalFailed,
] as const;

export type WithdrawalEvent = EventOf<(typeof withdrawalEvents)[number]>;
