/**
 * The payment for one step of one run, from what the service asks to what it delivers.
 *
 * - At most one transfer is ever confirmed.
 * - Signed bytes are on record before they leave, and no second bytes are signed while the first may still land.
 * - What is signed was approved: never above the step's ceiling, never to another recipient, asset or network.
 * - Paid is not delivered: the answer is recorded apart, and may still come after it was given up.
 * - What was paid and not delivered is asked back, and credited once, for what the chain shows.
 * - Once its run is over, nothing is signed that was not signed before: what was held for it is free then.
 */
import type { PaymentEvent } from '../../events/payment.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { formatUsdc } from '../../kernel/money.js';
import { plusMs } from '../../kernel/time.js';
import { requestSignature, signPayment, withdrawSignatureRequest } from './client-signed.js';
import type {
  AuthorizePayment,
  ClosePayment,
  ConfirmPayment,
  ConfirmRefund,
  FailPayment,
  PaymentCommand,
  PreparePayment,
  RecordDelivery,
  RecordNonDelivery,
  RecordQuote,
  RejectRefund,
  RequestRefund,
  SubmitPayment,
} from './commands.js';
import { wrongAttempt, wrongState } from './refusals.js';
import {
  type Confirmed,
  evolvePayment,
  type InFlight,
  noPayment,
  type PaymentState,
  sameTerms,
} from './state.js';

type Decision = readonly PaymentEvent[];
const NOTHING: Decision = [];

function decide(command: PaymentCommand, state: PaymentState): Decision {
  switch (command.type) {
    case 'RecordQuote':
      return recordQuote(command, state);
    case 'AuthorizePayment':
      return authorize(command, state);
    case 'PreparePayment':
      return prepare(command, state);
    case 'RequestSignature':
      return requestSignature(command, state);
    case 'SignPayment':
      return signPayment(command, state);
    case 'WithdrawSignatureRequest':
      return withdrawSignatureRequest(command, state);
    case 'SubmitPayment':
      return submit(command, state);
    case 'ConfirmPayment':
      return confirm(command, state);
    case 'FailPayment':
      return fail(command, state);
    case 'RecordDelivery':
      return recordDelivery(command, state);
    case 'RecordNonDelivery':
      return recordNonDelivery(command, state);
    case 'RequestRefund':
      return requestRefund(command, state);
    case 'ConfirmRefund':
      return confirmRefund(command, state);
    case 'RejectRefund':
      return rejectRefund(command, state);
    case 'ClosePayment':
      return close(command, state);
    default:
      return unreachable(command);
  }
}

/** A service may ask anew as long as nothing signed can land: the new terms need a new authorization. */
function recordQuote(command: RecordQuote, state: PaymentState): Decision {
  const { type: _type, ...terms } = command;
  if (state.status === 'closed') throw overAlready();
  if (state.status !== 'none' && sameTerms(state.quote, terms)) return NOTHING;
  if (state.status === 'prepared' || state.status === 'submitted' || state.status === 'confirmed')
    throw new Refusal('PAYMENT_UNDER_WAY', 'This step is being paid on the terms it was quoted first.', {
      quoted: String(state.quote.amount),
      asked: String(terms.amount),
    });
  return [{ ...terms, type: 'PaymentQuoted', v: 1, amount: String(terms.amount) }];
}

function authorize(command: AuthorizePayment, state: PaymentState): Decision {
  if (state.status === 'none') throw wrongState(command.type, state);
  if (state.status === 'closed') throw overAlready();
  const { planHash, ceiling, approved } = command;
  const { quote } = state;
  if (quote.payTo !== approved.payTo || quote.asset !== approved.asset || quote.network !== approved.network)
    throw new Refusal('RECIPIENT_CHANGED', 'The service asks to be paid otherwise than was approved.', {
      approvedPayTo: approved.payTo,
      quotedPayTo: quote.payTo,
      approvedAsset: approved.asset,
      quotedAsset: quote.asset,
      approvedNetwork: approved.network,
      quotedNetwork: quote.network,
    });
  if (quote.amount > ceiling)
    throw new Refusal(
      'PRICE_DRIFT',
      `The service asks ${formatUsdc(quote.amount)}, and ${formatUsdc(ceiling)} was approved.`,
      { quoted: String(quote.amount), approved: String(ceiling) },
    );
  // nothing is signed yet: the plan may have been approved anew meanwhile
  const isFree =
    state.status === 'quoted' || state.status === 'authorized' || state.status === 'awaiting_signature';
  if (state.status !== 'quoted' && isSameAuthorization(command, state)) return NOTHING;
  if (isFree) return [{ type: 'PaymentAuthorized', v: 1, planHash, ceiling: String(ceiling) }];
  throw new Refusal('WRONG_STATE', 'This payment was authorized under another plan or ceiling.', {
    ceiling: String(state.authorization.ceiling),
  });
}

const isSameAuthorization = (
  { planHash, ceiling }: AuthorizePayment,
  { authorization }: Extract<PaymentState, { authorization: unknown }>,
): boolean => authorization.planHash === planHash && authorization.ceiling === ceiling;

function prepare(command: PreparePayment, state: PaymentState): Decision {
  const { attempt, header, memo, blockhash, watermark } = command;
  if (state.status === 'closed') throw overAlready();
  if (state.status === 'none' || state.status === 'quoted') throw wrongState(command.type, state);
  if (state.status === 'awaiting_signature') throw wrongState(command.type, state);
  if (state.status !== 'authorized') {
    if (state.prepared.attempt === attempt && state.prepared.header === header) return NOTHING;
    throw new Refusal('PAYMENT_UNDER_WAY', 'Other signed bytes of this payment may still land.', {
      attempt: state.prepared.attempt,
    });
  }
  if (attempt !== state.nextAttempt) throw wrongAttempt(attempt, state.nextAttempt);
  // while one worker signed, another may have had other terms authorized: such bytes would never be found again
  const { quote } = state;
  if (quote.payTo !== command.payTo || quote.amount !== command.amount)
    throw new Refusal('WRONG_STATE', 'This was signed for other terms than are authorized by now.', {
      signed: String(command.amount),
      authorized: String(quote.amount),
    });
  const lastValidBlockHeight = String(command.lastValidBlockHeight);
  return [
    { type: 'PaymentPrepared', v: 1, attempt, header, memo, blockhash, lastValidBlockHeight, watermark },
  ];
}

function submit(command: SubmitPayment, state: PaymentState): Decision {
  const { attempt } = command;
  const { prepared } = signed(command, state);
  if (attempt !== prepared.attempt) throw wrongAttempt(attempt, prepared.attempt);
  return state.status === 'prepared' ? [{ type: 'PaymentSubmitted', v: 1, attempt }] : NOTHING;
}

/** Also without PaymentSubmitted: a crash may come between the sending and its record. */
function confirm(command: ConfirmPayment, state: PaymentState): Decision {
  const { attempt, signature, slot } = command;
  const { quote, prepared } = signed(command, state);
  if (state.status === 'confirmed' && (state.signature !== signature || prepared.attempt !== attempt))
    throw settled(state);
  if (state.status === 'confirmed') return NOTHING;
  if (attempt !== prepared.attempt) throw wrongAttempt(attempt, prepared.attempt);
  const { workflowId, userId, holdId, paymentId } = quote;
  return [
    {
      type: 'PaymentConfirmed',
      v: 1,
      attempt,
      signature,
      slot: String(slot),
      workflowId,
      userId,
      ...(holdId !== undefined && { holdId }),
      paymentId,
      amount: String(quote.amount),
    },
  ];
}

function fail(command: FailPayment, state: PaymentState): Decision {
  const { attempt, code, message } = command;
  if ('nextAttempt' in state && attempt > 0 && attempt < state.nextAttempt) return NOTHING;
  const { prepared } = signed(command, state);
  if (state.status === 'confirmed') throw settled(state);
  if (attempt !== prepared.attempt) throw wrongAttempt(attempt, prepared.attempt);
  return [{ type: 'PaymentFailed', v: 1, attempt, code, message }];
}

/** The first answer stands: sending the same bytes again may bring a second one. */
function recordDelivery(command: RecordDelivery, state: PaymentState): Decision {
  if (state.status !== 'confirmed') throw wrongState(command.type, state);
  if (state.delivery.status === 'delivered') return NOTHING;
  return [{ type: 'PaymentDelivered', v: 1, answerHash: command.answerHash }];
}

function recordNonDelivery(command: RecordNonDelivery, state: PaymentState): Decision {
  if (state.status !== 'confirmed') throw wrongState(command.type, state);
  const { code, message } = command;
  switch (state.delivery.status) {
    case 'awaited':
      return [{ type: 'PaymentUndelivered', v: 1, code, message }];
    case 'undelivered':
      return NOTHING;
    case 'delivered':
      throw new Refusal('PAYMENT_DELIVERED', 'The service has answered this payment.', {
        answerHash: state.delivery.answerHash,
      });
    default:
      return unreachable(state.delivery);
  }
}

/** What a transfer that gives a payment back is known by; both sides know it, and it is of this payment alone. */
const refundMemo = (signature: string): string => `refund:${signature}`;
const REFUND_WINDOW_MS = 14 * 86_400_000;

/** Asked again after it was rejected, it is looked for again. */
function requestRefund({ type, at }: RequestRefund, state: PaymentState): Decision {
  if (state.status !== 'confirmed') throw wrongState(type, state);
  if (state.quote.payer !== undefined)
    throw new Refusal('PAID_BY_WALLET', 'Your own wallet paid this; what comes back, comes back to it.', {
      payer: state.quote.payer,
      payTo: state.quote.payTo,
    });
  const { delivery, refund, signature } = state;
  if (refund.status === 'requested' || refund.status === 'refunded') return NOTHING;
  if (delivery.status === 'delivered')
    throw new Refusal('PAYMENT_DELIVERED', 'The service has answered this payment: nothing is owed.', {
      answerHash: delivery.answerHash,
    });
  const until = plusMs(at, REFUND_WINDOW_MS);
  return [{ type: 'RefundRequested', v: 1, memo: refundMemo(signature), requestedAt: at, until }];
}

/** Money that came counts, also when it was given up or the answer came after all: the books follow the chain. */
function confirmRefund({ type, signature, slot, amount }: ConfirmRefund, state: PaymentState): Decision {
  if (state.status !== 'confirmed' || state.refund.status === 'none') throw wrongState(type, state);
  const { refund, quote } = state;
  if (refund.status === 'refunded') {
    if (refund.signature === signature) return NOTHING;
    throw new Refusal('REFUND_CREDITED', 'This payment was given back already, by another transfer.', {
      signature: refund.signature,
    });
  }
  if (amount <= 0n)
    throw new Refusal('VALIDATION_FAILED', 'A refund is more than nothing.', { amount: `${amount}` });
  const { userId, paymentId } = quote;
  const credited = { amount: String(amount), userId, paymentId };
  return [{ type: 'RefundConfirmed', v: 1, signature, slot: String(slot), ...credited }];
}

function rejectRefund({ type, code, message }: RejectRefund, state: PaymentState): Decision {
  if (state.status !== 'confirmed' || state.refund.status === 'none') throw wrongState(type, state);
  return state.refund.status === 'requested' ? [{ type: 'RefundRejected', v: 1, code, message }] : NOTHING;
}

/** What was signed is not taken back: it lands or expires. */
function close({ workflowId, runNo }: ClosePayment, state: PaymentState): Decision {
  switch (state.status) {
    case 'closed':
    case 'confirmed':
      return NOTHING;
    case 'none':
    case 'quoted':
    case 'authorized':
      return [{ type: 'PaymentClosed', v: 1, workflowId, runNo }];
    case 'awaiting_signature':
    case 'prepared':
    case 'submitted':
      throw new Refusal('PAYMENT_UNDER_WAY', 'What was signed for this payment may still land.', {
        status: state.status,
      });
    default:
      return unreachable(state);
  }
}

const overAlready = (): Refusal =>
  new Refusal('PAYMENT_CLOSED', 'The run that this was to be paid for is over: nothing is signed for it.');

function signed(command: PaymentCommand, state: PaymentState): InFlight | Confirmed {
  if (state.status === 'prepared' || state.status === 'submitted' || state.status === 'confirmed')
    return state;
  throw wrongState(command.type, state);
}

const settled = (state: Confirmed): Refusal =>
  new Refusal('PAYMENT_SETTLED', 'This payment is settled on the chain already.', {
    signature: state.signature,
    attempt: state.prepared.attempt,
  });

export const paymentDecider: Decider<PaymentState, PaymentCommand, PaymentEvent> = {
  initial: noPayment,
  decide,
  evolve: evolvePayment,
};

export const payment = { category: 'payment', decider: paymentDecider } as const satisfies Aggregate<
  PaymentState,
  PaymentCommand,
  PaymentEvent
>;
