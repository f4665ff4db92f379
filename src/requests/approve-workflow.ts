import { escrow } from '../commands/escrow/decide.js';
import { openQuestion, paysItself, requiredFor } from '../commands/workflow/approval.js';
import { workflow } from '../commands/workflow/decide.js';
import { wrongState } from '../commands/workflow/refusals.js';
import type { AwaitingApproval, Paused, WorkflowState } from '../commands/workflow/state.js';
import { requireOwner } from '../identity/ownership.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { holdIdOf } from '../kernel/ids.js';
import { type Micros, parseMicros } from '../kernel/money.js';
import { isoTime, plusMs } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';
import { extendHold, HOLD_MARGIN, inMoney } from './extend-hold.js';

export interface ApproveParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
}

export interface Approved {
  readonly workflowId: string;
  readonly planHash: string;
  readonly budget: Micros;
  readonly revision: number;
  readonly position: Position | undefined;
}

/**
 * The hold first, the approval second: an approved plan is always covered, and a hold without an approval is
 * released here or, after a crash in between, when it expires. Commands are named by the offer they answer: the same
 * call may come again when the next one is open.
 * @throws Refusal NOT_FOUND | WRONG_STATE | APPROVAL_EXPIRED | PLAN_CHANGED | INSUFFICIENT_ESCROW {available, required}
 */
export async function approveWorkflow(
  parts: ApproveParts,
  caller: Caller,
  workflowId: string,
  planHash: string | undefined,
): Promise<Approved> {
  const { dispatch, clock } = parts;
  const { state, revision: current } = await dispatch.load(workflow, workflowId);
  requireOwner(caller.principal, ownerOf(state), 'workflow');
  requireSeen(caller, current);
  const at = isoTime(clock.now());
  const before = approvalOf(state);
  // the first answer was lost on its way, and the same is said again
  if (
    before &&
    !openQuestion(state) &&
    before.approver === caller.principal.userId &&
    before.planHash === planHash
  )
    return {
      workflowId,
      planHash,
      budget: parseMicros(before.budget),
      revision: current,
      position: undefined,
    };
  const open = requireApprovable(state, planHash, at);
  const budget = requiredFor(open);
  const { requestId } = open.request;
  const extended = state.status === 'paused' ? state.approval.holdId : undefined;
  const isHeld = budget > 0n && !paysItself(open);
  const holdId = extended ?? (isHeld ? holdIdOf(workflowId, requestId) : undefined);
  if (extended !== undefined) await extendHold(parts, caller, state as Paused, budget, at);
  else if (holdId !== undefined) await placeHold(parts, caller, workflowId, { holdId, budget, at, open });
  try {
    const { position, revision } = await dispatch.send(
      workflow,
      workflowId,
      {
        type: 'Approve',
        at,
        approver: caller.principal.userId,
        automatic: false,
        planHash: open.planHash,
        requestId,
        budget,
        ...(holdId !== undefined && { holdId }),
      },
      contextOf(caller, `approve/${requestId}`, workflowId),
    );
    return { workflowId, planHash: open.planHash, budget, revision, position };
  } catch (error) {
    // Only a refusal says for certain that nothing was approved.
    // What was extended is the run's still: it comes back when the run is over.
    if (holdId !== undefined && extended === undefined && isRefusal(error) && error.kind === 'terminal')
      await dispatch.send(
        escrow,
        caller.principal.userId,
        { type: 'ReleaseHold', holdId },
        contextOf(caller, `release/${requestId}`, workflowId),
      );
    throw error;
  }
}

const ownerOf = (state: WorkflowState): string | undefined =>
  state.status === 'none' ? undefined : state.created.userId;

const approvalOf = (state: WorkflowState) =>
  'approval' in state ? state.approval : state.status === 'closed' ? state.progress?.approval : undefined;

/** The same questions the decider asks, before money is reserved. */
function requireApprovable(state: WorkflowState, planHash: string | undefined, at: string): AwaitingApproval {
  if (state.status === 'closed' && state.outcome === 'expired')
    throw new Refusal('APPROVAL_EXPIRED', 'The offer expired before it was approved.');
  const open = openQuestion(state);
  if (!open) throw wrongState(state, 'only one that awaits approval can be approved', 'approve');
  if (at > open.request.expiresAt)
    throw new Refusal('APPROVAL_EXPIRED', `The offer expired at ${open.request.expiresAt}.`, {
      expiresAt: open.request.expiresAt,
    });
  if (planHash !== undefined && planHash !== open.planHash)
    throw new Refusal('PLAN_CHANGED', 'The plan is not the one you saw.', {
      proposed: open.planHash,
      approved: planHash,
    });
  return open;
}

async function placeHold(
  { dispatch }: ApproveParts,
  caller: Caller,
  workflowId: string,
  hold: {
    readonly holdId: string;
    readonly budget: Micros;
    readonly at: string;
    readonly open: AwaitingApproval;
  },
): Promise<void> {
  const { holdId, budget, at, open } = hold;
  const { userId } = caller.principal;
  try {
    await dispatch.send(
      escrow,
      userId,
      {
        type: 'PlaceHold',
        holdId,
        amount: budget,
        purpose: workflowId,
        at,
        expiresAt: plusMs(at, open.created.maxTime + HOLD_MARGIN),
      },
      contextOf(caller, `hold/${open.request.requestId}`, workflowId),
    );
  } catch (error) {
    throw isRefusal(error) ? inMoney(error, budget) : error;
  }
}
