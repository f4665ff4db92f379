import { escrow } from '../commands/escrow/decide.js';
import { requiredFor } from '../commands/workflow/approval.js';
import { workflow } from '../commands/workflow/decide.js';
import type { AwaitingApproval, WorkflowState } from '../commands/workflow/state.js';
import { requireOwner } from '../identity/ownership.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { holdIdOf } from '../kernel/ids.js';
import { type Micros, microsToUsdc, parseMicros } from '../kernel/money.js';
import { isoTime, plusMs } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';

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

/** ms a hold outlives the longest time its run may take: settling comes after the run. */
const HOLD_MARGIN = 15 * 60_000;

/**
 * The hold first, the approval second: an approved plan is always covered, and a hold without an approval is
 * released here or, after a crash in between, when it expires.
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
  if (before && before.approver === caller.principal.userId && before.planHash === planHash)
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
  const holdId = budget > 0n ? holdIdOf(workflowId, requestId) : undefined;
  if (holdId !== undefined) await placeHold(parts, caller, workflowId, { holdId, budget, at, open });
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
      contextOf(caller, 'approve', workflowId),
    );
    return { workflowId, planHash: open.planHash, budget, revision, position };
  } catch (error) {
    // Only a refusal says for certain that nothing was approved.
    if (holdId !== undefined && isRefusal(error) && error.kind === 'terminal')
      await dispatch.send(
        escrow,
        caller.principal.userId,
        { type: 'ReleaseHold', holdId },
        contextOf(caller, 'release', workflowId),
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
  if (state.status !== 'awaiting_approval')
    throw new Refusal('WRONG_STATE', 'Only a workflow that awaits approval can be approved.', {
      status: state.status === 'closed' ? state.outcome : state.status,
    });
  if (at > state.request.expiresAt)
    throw new Refusal('APPROVAL_EXPIRED', `The offer expired at ${state.request.expiresAt}.`, {
      expiresAt: state.request.expiresAt,
    });
  if (planHash !== undefined && planHash !== state.planHash)
    throw new Refusal('PLAN_CHANGED', 'The plan is not the one you saw.', {
      proposed: state.planHash,
      approved: planHash,
    });
  return state;
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
      contextOf(caller, 'hold', workflowId),
    );
  } catch (error) {
    throw isRefusal(error) ? inMoney(error, budget) : error;
  }
}

/** The same refusal with its figures as clients read money: a decimal number, and exactly in text. */
function inMoney(refusal: Refusal, budget: Micros): Refusal {
  const notOpen = refusal.code === 'ESCROW_NOT_OPEN';
  if (!notOpen && refusal.code !== 'INSUFFICIENT_ESCROW') return refusal;
  const available = notOpen ? 0n : BigInt(String(refusal.figures['available']));
  const message = notOpen ? 'There is no money in escrow yet. Deposit some first.' : refusal.message;
  return new Refusal('INSUFFICIENT_ESCROW', message, {
    available: microsToUsdc(available),
    availableMicro: `${available}`,
    required: microsToUsdc(budget),
    requiredMicro: `${budget}`,
  });
}
