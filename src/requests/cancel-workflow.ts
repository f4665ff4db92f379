import { workflow } from '../commands/workflow/decide.js';
import { type ContentStore, places } from '../content/content-store.js';
import { requireOwner } from '../identity/ownership.js';
import type { Position } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';

export interface Cancelled {
  /** false while steps in flight are still finishing */
  readonly ended: boolean;
  /** what was done is being undone */
  readonly rollingBack: boolean;
  readonly revision: number;
  readonly position: Position | undefined;
}

export interface CancelParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly content: ContentStore;
}

/** @throws Refusal NOT_FOUND, or WRONG_STATE when the run is over or failing already */
export async function cancelWorkflow(
  { dispatch, clock, content }: CancelParts,
  caller: Caller,
  workflowId: string,
  { reason, rollback }: { readonly reason?: string | undefined; readonly rollback?: boolean | undefined },
): Promise<Cancelled> {
  const { state, revision: current } = await dispatch.load(workflow, workflowId);
  const owner = state.status === 'none' ? undefined : state.created.userId;
  requireOwner(caller.principal, owner, 'workflow');
  requireSeen(caller, current);
  const command = {
    type: 'CancelWorkflow',
    at: isoTime(clock.now()),
    by: caller.principal.userId,
    ...(rollback !== undefined && { rollback }),
    ...(reason !== undefined && {
      reason: await content.sealText(caller.principal.userId, places.cancelReason(workflowId), reason),
    }),
  } as const;
  const sent = await dispatch.send(workflow, workflowId, command, contextOf(caller, 'cancel', workflowId));
  const { state: after, revision, position } = sent;
  const rollingBack = after.status === 'compensating' || after.status === 'compensation_failed';
  return { ended: after.status === 'closed', rollingBack, revision, position };
}
