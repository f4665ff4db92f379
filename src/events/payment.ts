/** One payment for one step of one run, from the quote to the delivery. Storage formats. */
import { z } from 'zod';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleTime } from './samples.js';

const height = z.string().regex(/^[0-9]{1,20}$/);

export const PaymentQuoted = defineEvent(
  'PaymentQuoted',
  1,
  {
    paymentId: field.id,
    workflowId: field.id,
    runNo: field.count,
    stepId: field.id,
    userId: field.id,
    /** absent where a wallet of the user's own pays */
    holdId: field.id.optional(),
    /** wallet of the user that pays and signs; absent: the escrow */
    payer: z.string().max(80).optional(),
    serviceId: field.id,
    dialect: z.enum(['x402-v2', 'x402-v1']),
    scheme: z.enum(['exact']),
    network: z.string().max(80),
    asset: z.string().max(80),
    payTo: z.string().max(80),
    amount: field.micros,
  },
  {
    paymentId: 'pay_1',
    workflowId: 'wf_01',
    runNo: 1,
    stepId: 'step_1',
    userId: 'user_01',
    holdId: 'hold_1',
    serviceId: 'svc_trend',
    dialect: 'x402-v2',
    scheme: 'exact',
    network: 'solana:x',
    asset: '1'.repeat(32),
    payTo: '1'.repeat(32),
    amount: '20000',
  },
);

export const PaymentAuthorized = defineEvent(
  'PaymentAuthorized',
  1,
  { planHash: field.sha256, ceiling: field.micros },
  { planHash: 'b'.repeat(64), ceiling: '20000' },
);

/**
 * A wallet of the user's own is to sign this and nothing else. Asked again when the blockhash has become too old: what
 * was asked before is void then.
 */
export const PaymentSignatureRequested = defineEvent(
  'PaymentSignatureRequested',
  1,
  {
    attempt: field.count,
    /** the payment as it will be sent, but for the wallet's signature */
    header: z.string().max(8_000),
    memo: z.string().max(600),
    blockhash: z.string().max(80),
    lastValidBlockHeight: height,
    watermark: z.string().max(100).nullable(),
    signBefore: field.time,
    /** repeated for those who are told */
    stepId: field.id,
    payer: z.string().max(80),
    payTo: z.string().max(80),
    amount: field.micros,
  },
  {
    attempt: 1,
    header: 'eyJ4IjoxfQ==',
    memo: 'pay_1/1',
    blockhash: '1'.repeat(32),
    lastValidBlockHeight: '150',
    watermark: null,
    signBefore: sampleTime,
    stepId: 'step_1',
    payer: '1'.repeat(32),
    payTo: '1'.repeat(32),
    amount: '20000',
  },
);

/** Recorded before the bytes leave the process, so that a crash can only send the same bytes again. */
export const PaymentPrepared = defineEvent(
  'PaymentPrepared',
  1,
  {
    attempt: field.count,
    header: z.string().max(8_000),
    memo: z.string().max(600),
    blockhash: z.string().max(80),
    lastValidBlockHeight: height,
    watermark: z.string().max(100).nullable(),
  },
  {
    attempt: 1,
    header: 'eyJ4IjoxfQ==',
    memo: 'pay_1/1',
    blockhash: '1'.repeat(32),
    lastValidBlockHeight: '150',
    watermark: null,
  },
);

export const PaymentSubmitted = defineEvent('PaymentSubmitted', 1, { attempt: field.count }, { attempt: 1 });

export const PaymentConfirmed = defineEvent(
  'PaymentConfirmed',
  1,
  {
    attempt: field.count,
    signature: z.string().max(100),
    slot: height,
    /** repeated for those who react: where to capture and how much */
    workflowId: field.id,
    userId: field.id,
    holdId: field.id.optional(),
    paymentId: field.id,
    amount: field.micros,
  },
  {
    attempt: 1,
    signature: '5'.repeat(88),
    slot: '42',
    workflowId: 'wf_01',
    userId: 'user_01',
    holdId: 'hold_1',
    paymentId: 'pay_1',
    amount: '20000',
  },
);

/** The bytes of this attempt can never land any more; nothing moved. */
export const PaymentFailed = defineEvent(
  'PaymentFailed',
  1,
  { attempt: field.count, code: field.code, message: field.sentence },
  { attempt: 1, code: 'PAYMENT_EXPIRED', message: 'The signed transaction expired before it landed.' },
);

export const PaymentDelivered = defineEvent(
  'PaymentDelivered',
  1,
  { answerHash: field.sha256 },
  { answerHash: 'c'.repeat(64) },
);

export const PaymentUndelivered = defineEvent(
  'PaymentUndelivered',
  1,
  { code: field.code, message: field.sentence },
  { code: 'PAYMENT_UNDELIVERED', message: 'The service was paid and gave no answer.' },
);

/** Paid and not answered: the recipient is asked for the money back, by a transfer that carries `memo`. */
export const RefundRequested = defineEvent(
  'RefundRequested',
  1,
  { memo: z.string().max(200), requestedAt: field.time, until: field.time },
  { memo: `refund:${'5'.repeat(88)}`, requestedAt: sampleTime, until: '2026-01-16T03:04:05.678Z' },
);

/** The money came back, as the chain shows it. */
export const RefundConfirmed = defineEvent(
  'RefundConfirmed',
  1,
  {
    signature: z.string().max(100),
    slot: height,
    amount: field.micros,
    /** repeated for those who react: whom to credit */
    userId: field.id,
    paymentId: field.id,
  },
  { signature: '4'.repeat(88), slot: '99', amount: '20000', userId: 'user_01', paymentId: 'pay_1' },
);

/** Nothing came back in time; what comes later counts all the same. */
export const RefundRejected = defineEvent(
  'RefundRejected',
  1,
  { code: field.code, message: field.sentence },
  { code: 'REFUND_NOT_RECEIVED', message: 'The recipient has not given the money back.' },
);

/** Nothing of it is signed, and nothing will be: its run is over. It may never have been quoted. */
export const PaymentClosed = defineEvent(
  'PaymentClosed',
  1,
  { workflowId: field.id, runNo: field.count },
  { workflowId: 'wf_01', runNo: 1 },
);

export const paymentEvents = [
  PaymentQuoted,
  PaymentAuthorized,
  PaymentSignatureRequested,
  PaymentPrepared,
  PaymentSubmitted,
  PaymentConfirmed,
  PaymentFailed,
  PaymentDelivered,
  PaymentUndelivered,
  RefundRequested,
  RefundConfirmed,
  RefundRejected,
  PaymentClosed,
] as const;

export type PaymentEvent = EventOf<(typeof paymentEvents)[number]>;
