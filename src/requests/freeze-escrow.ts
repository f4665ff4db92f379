import { escrow } from '../commands/escrow/decide.js';
import { frozenWhy } from '../commands/escrow/freezing.js';
import { requireOperator } from '../identity/ownership.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf } from './caller.js';

export interface FrozenOrNot {
  readonly frozen: { readonly reason: string; readonly at: string } | null;
  /** a sentence for whoever asked */
  readonly message: string;
  readonly revision: number;
  readonly position: Position | undefined;
}

/**
 * An operator stops an account, or lets it go on. Both are on record with the operator and the reason.
 * @throws Refusal FORBIDDEN | NOT_FOUND | ESCROW_ALREADY_FROZEN {reason, since}
 */
export async function freezeEscrow(
  { dispatch, clock }: { readonly dispatch: Dispatch; readonly clock: Clock },
  caller: Caller,
  { userId, freeze, reason }: { readonly userId: string; readonly freeze: boolean; readonly reason: string },
): Promise<FrozenOrNot> {
  requireOperator(caller.principal);
  const type = freeze ? 'FreezeAccount' : 'UnfreezeAccount';
  try {
    const command = { type, reason, at: isoTime(clock.now()) } as const;
    const { state, revision, position } = await dispatch.send(
      escrow,
      userId,
      command,
      contextOf(caller, type, userId),
    );
    const frozen = (state.status === 'open' && state.frozen) || null;
    return {
      frozen,
      message: frozen ? frozenWhy(frozen) : 'The escrow account is not frozen.',
      revision,
      position,
    };
  } catch (error) {
    if (!isRefusal(error, 'ESCROW_NOT_OPEN')) throw error;
    throw new Refusal('NOT_FOUND', 'There is no escrow account of this user.', { userId });
  }
}
