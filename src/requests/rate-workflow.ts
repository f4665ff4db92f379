import { workflow } from '../commands/workflow/decide.js';
import { type ContentStore, places } from '../content/content-store.js';
import { requireOwner } from '../identity/ownership.js';
import type { Position } from '../kernel/event.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';

export interface RateParts {
  readonly dispatch: Dispatch;
  readonly content: ContentStore;
}

export interface Rating {
  /** 1 to 5 */
  readonly stars: number;
  readonly comment?: string | undefined;
}

export interface Rated {
  readonly revision: number;
  readonly position: Position | undefined;
}

/** @throws Refusal NOT_FOUND, or WRONG_STATE unless the workflow completed */
export async function rateWorkflow(
  { dispatch, content }: RateParts,
  caller: Caller,
  workflowId: string,
  { stars, comment }: Rating,
): Promise<Rated> {
  const { state, revision: current } = await dispatch.load(workflow, workflowId);
  const owner = state.status === 'none' ? undefined : state.created.userId;
  requireOwner(caller.principal, owner, 'workflow');
  requireSeen(caller, current);
  const { userId } = caller.principal;
  const command = {
    type: 'RateWorkflow',
    by: userId,
    stars,
    ...(comment !== undefined && {
      comment: await content.sealText(userId, places.ratingComment(workflowId), comment),
    }),
  } as const;
  const { revision, position } = await dispatch.send(
    workflow,
    workflowId,
    command,
    contextOf(caller, 'rate', workflowId),
  );
  return { revision, position };
}
