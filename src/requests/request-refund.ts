import { payment } from '../commands/payment/decide.js';
import type { Confirmed } from '../commands/payment/state.js';
import { requireOwner } from '../identity/ownership.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';

/**
 * The owner of a payment that was not answered asks for it back at once, or again.
 * @throws Refusal NOT_FOUND, WRONG_STATE, PAYMENT_DELIVERED
 */
export async function requestRefund(
  { dispatch, clock }: { readonly dispatch: Dispatch; readonly clock: Clock },
  caller: Caller,
  paymentId: string,
) {
  const { state, revision } = await dispatch.load(payment, paymentId);
  requireOwner(caller.principal, state.status === 'none' ? undefined : state.quote?.userId, 'payment');
  requireSeen(caller, revision);
  const workflowId = (state.status === 'none' ? undefined : state.quote?.workflowId) ?? paymentId;
  const at = isoTime(clock.now());
  const context = contextOf(caller, 'refund', workflowId);
  const sent = await dispatch.send(payment, paymentId, { type: 'RequestRefund', at }, context);
  return { ...sent, state: sent.state as Confirmed };
}
