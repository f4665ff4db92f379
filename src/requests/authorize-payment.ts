import { payment } from '../commands/payment/decide.js';
import type { PaymentState } from '../commands/payment/state.js';
import { requireOwner } from '../identity/ownership.js';
import { Refusal } from '../kernel/errors.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { ClientSignatures } from '../ports/payments.js';
import type { Dispatch, Dispatched } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';

export interface AuthorizeParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly signatures: ClientSignatures;
}

/**
 * Records what the wallet that pays has signed; whoever works on the step sends it.
 * @param transaction base64
 * @throws Refusal NOT_FOUND, WRONG_STATE {status}, PAYMENT_NOT_AS_ASKED {differs}, WALLET_SIGNATURE_INVALID,
 * PAYMENT_SIGNED, SIGNATURE_TOO_LATE
 */
export async function authorizePayment(
  { dispatch, clock, signatures }: AuthorizeParts,
  caller: Caller,
  paymentId: string,
  transaction: string,
): Promise<Dispatched<PaymentState, unknown>> {
  const { state } = await dispatch.load(payment, paymentId);
  requireOwner(caller.principal, state.status === 'none' ? undefined : state.quote?.userId, 'payment');
  const asked =
    state.status === 'awaiting_signature'
      ? state.requested
      : 'prepared' in state
        ? state.prepared
        : undefined;
  const payer = state.status === 'none' ? undefined : state.quote?.payer;
  if (!asked || payer === undefined)
    throw new Refusal('WRONG_STATE', `Nobody is asked to sign this payment while it is ${state.status}.`, {
      status: state.status,
      asked: 'authorize',
      allowed: [],
    });
  const header = await signatures.complete(asked.header, transaction, payer);
  const command = { type: 'SignPayment', at: isoTime(clock.now()), attempt: asked.attempt, header } as const;
  return dispatch.send(payment, paymentId, command, contextOf(caller, 'sign', workflowOf(state)));
}

const workflowOf = (state: PaymentState): string =>
  state.status === 'none' ? '' : (state.quote?.workflowId ?? '');
