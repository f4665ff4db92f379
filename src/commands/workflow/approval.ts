import type { WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { type Micros, parseMicros, sumMicros, ZERO } from '../../kernel/money.js';
import { plusMs } from '../../kernel/time.js';
import { begun } from './advance.js';
import { closed } from './closing.js';
import type { Approve, ExpireApproval, ReportHoldLost } from './commands.js';
import { wrongState } from './refusals.js';
import { type AwaitingApproval, plannedOf, type WorkflowState } from './state.js';

export function approve(command: Approve, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'none' && command.approver !== state.created.userId)
    throw new Refusal('FORBIDDEN', 'Only the owner of a workflow can approve it.');
  if (isSameApproval(command, state)) return [];
  if (state.status !== 'awaiting_approval')
    throw wrongState(state, 'only one that awaits approval can be approved');
  const { request, planHash } = state;
  if (command.at > request.expiresAt)
    throw new Refusal('APPROVAL_EXPIRED', `The offer expired at ${request.expiresAt}.`, {
      expiresAt: request.expiresAt,
    });
  if (command.requestId !== undefined && command.requestId !== request.requestId)
    throw wrongState(state, 'another question is open than the one answered');
  if (command.planHash !== undefined && command.planHash !== planHash)
    throw new Refusal('PLAN_CHANGED', 'The plan is not the one you saw.', {
      proposed: planHash,
      approved: command.planHash,
    });
  const required = requiredFor(state);
  if (required > 0n && (command.holdId === undefined || command.budget < required))
    throw new Refusal('INSUFFICIENT_ESCROW', 'The plan is not covered by a hold.', {
      required: `${required}`,
      available: `${command.budget}`,
    });
  return approved(state, command);
}

/** Most that the run may still cost: what it keeps of an earlier one is paid. */
export const requiredFor = ({ plan, kept }: Pick<AwaitingApproval, 'plan' | 'kept'>): Micros =>
  sumMicros(
    plan.steps.flatMap(({ id, maxCost, compensation }) => [
      kept?.[id] ? ZERO : parseMicros(maxCost),
      // what another workflow did is not undone here
      kept?.[id]?.from ? ZERO : parseMicros(compensation?.maxCost ?? '0'),
    ]),
  );

/** A plan that costs nothing needs no hold and starts in the same append; a paid one waits for T10. */
export function approved(
  state: AwaitingApproval,
  by: Pick<Approve, 'approver' | 'automatic' | 'holdId' | 'at'> & { readonly budget: bigint },
): WorkflowEvent[] {
  const event = {
    type: 'WorkflowApproved',
    v: 1,
    runNo: state.runNo,
    requestId: state.request.requestId,
    planHash: state.planHash,
    approver: by.approver,
    automatic: by.automatic,
    ...(by.holdId !== undefined && { holdId: by.holdId }),
    budget: by.budget.toString(),
  } as const;
  if (by.holdId !== undefined) return [event];
  const { type: _type, v: _v, ...approval } = event;
  return [event, ...begun({ ...plannedOf(state), status: 'approved', approval }, by.at)];
}

const isSameApproval = (command: Approve, state: WorkflowState): boolean => {
  const approval =
    'approval' in state ? state.approval : state.status === 'closed' ? state.progress?.approval : undefined;
  return (
    approval !== undefined &&
    command.requestId === approval.requestId &&
    command.holdId === approval.holdId &&
    (command.planHash ?? approval.planHash) === approval.planHash
  );
};

export function expireApproval(command: ExpireApproval, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'awaiting_approval' || state.request.requestId !== command.requestId) return [];
  if (command.at < state.request.expiresAt)
    throw wrongState(state, `its offer stands until ${state.request.expiresAt}`);
  return [
    { type: 'ApprovalExpired', v: 1, requestId: command.requestId },
    closed(state, { outcome: 'expired', totalCost: 0n, at: command.at }),
  ];
}

/** T11: the reservation is gone before anything started, so the owner is asked again. */
export function reportHoldLost(command: ReportHoldLost, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'approved' || state.approval.holdId !== command.holdId) return [];
  const [prefix, no = '1', round = '1'] = state.approval.requestId.split(/_|x/);
  return [
    { type: 'FundsReservationLost', v: 1, holdId: command.holdId },
    {
      type: 'ApprovalRequested',
      v: 1,
      requestId: `${prefix}_${no}x${Number(round) + 1}`,
      reason: 'funds_lost',
      expiresAt: plusMs(command.at, LIMITS.approvalTtl),
    },
  ];
}
