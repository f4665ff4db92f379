import { deposit as depositClaim } from '../commands/deposit/decide.js';
import { escrow } from '../commands/escrow/decide.js';
import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import type { Micros } from '../kernel/money.js';
import { isoTime, plusMs } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';

export interface SubmittedDeposit {
  readonly status: 'submitted' | 'confirmed';
  readonly revision: number;
  readonly position: Position | undefined;
}

/** ms the chain is asked for a deposit before it is rejected: a transaction that old lands no more. */
const LOOKED_FOR = 10 * 60_000;

/**
 * Puts a deposit on record; the chain decides whether it counts. A signature that counted for somebody else is
 * refused at once, yet it is claimed only once it is known whose transfer it is: nobody takes it by naming it first.
 * @throws Refusal SIGNATURE_USED | ESCROW_NOT_OPEN
 */
export async function submitDeposit(
  { dispatch, clock }: { readonly dispatch: Dispatch; readonly clock: Clock },
  caller: Caller,
  { signature, amount }: { readonly signature: string; readonly amount: Micros },
): Promise<SubmittedDeposit> {
  const { userId } = caller.principal;
  const at = isoTime(clock.now());
  const claim = await dispatch.load(depositClaim, signature);
  if (claim.state.status === 'claimed' && claim.state.userId !== userId)
    throw new Refusal('SIGNATURE_USED', 'This transaction was deposited already.', { signature });
  const sent = await dispatch.send(
    escrow,
    userId,
    { type: 'SubmitDeposit', signature, amount, at, expiresAt: plusMs(at, LOOKED_FOR) },
    contextOf(caller, 'deposit', userId),
  );
  const known = sent.state.status === 'unopened' ? undefined : sent.state.deposits.get(signature);
  return {
    status: known?.status === 'confirmed' ? 'confirmed' : 'submitted',
    revision: sent.revision,
    position: sent.position,
  };
}
