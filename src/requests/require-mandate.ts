import { mandate, requireActive } from '../commands/mandate/decide.js';
import { requireOwner } from '../identity/ownership.js';
import type { Dispatch } from '../runtime/dispatch.js';
import type { Caller } from './caller.js';

/** @throws Refusal NOT_FOUND for one of somebody else, MANDATE_REVOKED, MANDATE_EXPIRED */
export async function requireMandate(
  { dispatch }: { readonly dispatch: Pick<Dispatch, 'load'> },
  { principal }: Caller,
  mandateId: string,
  at: string,
): Promise<void> {
  const { state } = await dispatch.load(mandate, mandateId);
  requireOwner(principal, state.status === 'none' ? undefined : state.granted.userId, 'mandate');
  if (state.status !== 'none') requireActive(state, at);
}
