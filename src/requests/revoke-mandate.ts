import { mandate } from '../commands/mandate/decide.js';
import type { MandateState } from '../commands/mandate/state.js';
import { requireOwner } from '../identity/ownership.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch, Dispatched } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';

/** From now on nothing is approved under it. @throws Refusal NOT_FOUND */
export async function revokeMandate(
  { dispatch, clock }: { readonly dispatch: Dispatch; readonly clock: Clock },
  caller: Caller,
  mandateId: string,
): Promise<Dispatched<MandateState, unknown>> {
  const { state } = await dispatch.load(mandate, mandateId);
  const owner = state.status === 'none' ? undefined : state.granted.userId;
  requireOwner(caller.principal, owner, 'mandate');
  const command = { type: 'RevokeMandate', at: isoTime(clock.now()) } as const;
  return dispatch.send(mandate, mandateId, command, contextOf(caller, 'revoke', mandateId));
}
