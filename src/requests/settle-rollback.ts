import { workflow } from '../commands/workflow/decide.js';
import { requireOperator } from '../identity/ownership.js';
import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';

export interface RollbackParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
}

export interface RollbackSettled {
  readonly revision: number;
  readonly position: Position | undefined;
}

/** What an operator does about a rollback that failed: has it tried again, or says that it was seen to by hand. */
export type RollbackDecision =
  | { readonly type: 'retry' }
  | { readonly type: 'resolve'; readonly note: string };

/** @throws Refusal FORBIDDEN, NOT_FOUND, or WRONG_STATE unless its rollback has failed */
export async function settleRollback(
  { dispatch, clock }: RollbackParts,
  caller: Caller,
  workflowId: string,
  decision: RollbackDecision,
): Promise<RollbackSettled> {
  requireOperator(caller.principal);
  const { state, revision: current } = await dispatch.load(workflow, workflowId);
  if (state.status === 'none') throw new Refusal('NOT_FOUND', 'There is no such workflow.');
  requireSeen(caller, current);
  const of = { at: isoTime(clock.now()), by: caller.principal.userId };
  const command =
    decision.type === 'retry'
      ? ({ type: 'RetryCompensation', ...of } as const)
      : ({ type: 'ResolveCompensation', ...of, note: decision.note } as const);
  const context = contextOf(caller, decision.type, workflowId);
  const { revision, position } = await dispatch.send(workflow, workflowId, command, context);
  return { revision, position };
}
