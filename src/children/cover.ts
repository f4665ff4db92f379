import { escrow } from '../commands/escrow/decide.js';
import { requiredFor } from '../commands/workflow/approval.js';
import { workflow } from '../commands/workflow/decide.js';
import type { AwaitingApproval, WorkflowState } from '../commands/workflow/state.js';
import { isRefusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { holdIdOf } from '../kernel/ids.js';
import { LIMITS } from '../kernel/limits.js';
import { isoTime, plusMs } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';

interface Parts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
}

/** Only its first offer is covered by the approval of its parent. */
const FIRST = 'apr_1';

/**
 * Approves a workflow that is a step of another with what its owner approved for that one: its hold first, split off
 * its parent's, the approval second. Where it is over by then, or its parent's hold is, nothing stays held for it; its
 * owner may still approve it himself. May be done again at any moment.
 */
export async function cover(parts: Parts, childId: string): Promise<void> {
  const { state } = await parts.dispatch.load(workflow, childId);
  // its owner may approve it at the same time, with a hold of his own: neither must touch the other's
  const holdId = holdIdOf(childId, `${FIRST}c`);
  if (state.status === 'none' || isApprovedWith(state, holdId)) return;
  const isOpen = state.status === 'awaiting_approval' && state.request.requestId === FIRST;
  if (isOpen && (await split(parts, state, holdId)) && (await approve(parts, state, holdId))) return;
  await release(parts, state.created.userId, childId, holdId);
}

function isApprovedWith(state: WorkflowState, holdId: string): boolean {
  const of = state.status === 'closed' ? state.progress : state;
  return of !== undefined && 'approval' in of && of.approval.holdId === holdId;
}

/** @returns false when the parent holds nothing any more */
async function split(parts: Parts, state: AwaitingApproval, holdId: string): Promise<boolean> {
  const { workflowId, userId, parent, maxTime } = state.created;
  const at = isoTime(parts.clock.now());
  const command = {
    type: 'SplitHold',
    holdId,
    from: parent!.holdId!,
    amount: requiredFor(state),
    purpose: workflowId,
    at,
    expiresAt: plusMs(at, maxTime + LIMITS.approvalTtl),
  } as const;
  return accepted(parts.dispatch.send(escrow, userId, command, contextOf(workflowId, 'split')));
}

async function approve(
  { dispatch, clock }: Parts,
  state: AwaitingApproval,
  holdId: string,
): Promise<boolean> {
  const { workflowId, userId: approver } = state.created;
  const command = {
    type: 'Approve',
    at: isoTime(clock.now()),
    approver,
    automatic: true,
    planHash: state.planHash,
    requestId: FIRST,
    budget: requiredFor(state),
    holdId,
  } as const;
  return accepted(dispatch.send(workflow, workflowId, command, contextOf(workflowId, 'approve')));
}

async function release({ dispatch }: Parts, userId: string, childId: string, holdId: string): Promise<void> {
  const { state } = await dispatch.load(escrow, userId);
  if (state.status !== 'open' || state.holds.get(holdId)?.status !== 'open') return;
  await dispatch.send(escrow, userId, { type: 'ReleaseHold', holdId }, contextOf(childId, 'release'));
}

/** Only a refusal says for certain that nothing was done. */
async function accepted(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (isRefusal(error) && error.kind === 'terminal') return false;
    throw error;
  }
}

const contextOf = (childId: string, what: string) =>
  ({
    commandId: uuidv5(`child/${childId}/cover/${what}`),
    correlationId: childId,
    actor: { type: 'worker', id: 'children' },
  }) as const;
