/**
 * Payments that a wallet of the user's own signs: we ask for one signature over one message, and whoever signs it once
 * has signed it for good. Nothing is sent before.
 */
import type { PaymentEvent } from '../../events/payment.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { plusMs } from '../../kernel/time.js';
import type { RequestSignature, SignPayment, WithdrawSignatureRequest } from './commands.js';
import { wrongAttempt, wrongState } from './refusals.js';
import type { PaymentState } from './state.js';

type Decision = readonly PaymentEvent[];

/** Asked anew, the time to answer does not begin anew. */
export function requestSignature(command: RequestSignature, state: PaymentState): Decision {
  if (state.status !== 'authorized' && state.status !== 'awaiting_signature')
    throw wrongState(command.type, state);
  const { attempt, header, memo, blockhash, watermark, lastValidBlockHeight, at } = command;
  const { quote, nextAttempt } = state;
  if (attempt !== nextAttempt) throw wrongAttempt(attempt, nextAttempt);
  const before = state.status === 'awaiting_signature' ? state.requested : undefined;
  if (before?.header === header) return [];
  if (quote.payer === undefined || quote.payTo !== command.payTo || quote.amount !== command.amount)
    throw new Refusal('WRONG_STATE', 'This was made for other terms than are authorized by now.', {
      asked: `${command.amount}`,
      authorized: `${quote.amount}`,
    });
  const { stepId, payer, payTo, amount } = quote;
  return [
    {
      type: 'PaymentSignatureRequested',
      v: 1,
      ...{ attempt, header, memo, blockhash, watermark },
      lastValidBlockHeight: `${lastValidBlockHeight}`,
      signBefore: before?.signBefore ?? plusMs(at, LIMITS.clientSignature),
      ...{ stepId, payer, payTo, amount: `${amount}` },
    },
  ];
}

/** The first signature counts; another one for the same payment is refused, whoever made it. */
export function signPayment({ type, at, attempt, header }: SignPayment, state: PaymentState): Decision {
  if ('prepared' in state) {
    const { prepared } = state;
    if (prepared.header === header) return [];
    throw new Refusal('PAYMENT_SIGNED', 'This payment was signed already, otherwise.', {
      attempt: prepared.attempt,
      status: state.status,
    });
  }
  if (state.status !== 'awaiting_signature') throw wrongState(type, state);
  const { signBefore, lastValidBlockHeight, ...bytes } = state.requested;
  if (attempt !== bytes.attempt) throw wrongAttempt(attempt, bytes.attempt);
  if (at >= signBefore)
    throw new Refusal('SIGNATURE_TOO_LATE', `This payment was to be signed before ${signBefore}.`, {
      signBefore,
    });
  return [
    {
      type: 'PaymentPrepared',
      v: 1,
      ...bytes,
      header,
      lastValidBlockHeight: `${lastValidBlockHeight}`,
    },
  ];
}

/** Only as long as nobody has: what is signed is sent. */
export function withdrawSignatureRequest(
  { type, attempt, code, message }: WithdrawSignatureRequest,
  state: PaymentState,
): Decision {
  if ('nextAttempt' in state && attempt > 0 && attempt < state.nextAttempt) return [];
  if (state.status !== 'awaiting_signature') throw wrongState(type, state);
  if (attempt !== state.requested.attempt) throw wrongAttempt(attempt, state.requested.attempt);
  return [{ type: 'PaymentFailed', v: 1, attempt, code, message }];
}
