import type { WorkflowEvent, WorkflowEventOf } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { type Micros, parseMicros, sumMicros, ZERO } from '../../kernel/money.js';
import { plusMs } from '../../kernel/time.js';
import { begun } from './advance.js';
import { askedUnder, requireOwnMandate } from './auto-approval.js';
import { closed } from './closing.js';
import type { Approve, ExpireApproval, ReportHoldLost } from './commands.js';
import { unanswered } from './ending.js';
import { evolve } from './evolve.js';
import { holdLost } from './overrun.js';
import { goOn, nextRequestId } from './pausing.js';
import { wrongState } from './refusals.js';
import { type AwaitingApproval, type Paused, plannedOf, type WorkflowState } from './state.js';
import { undoPrice } from './undoable.js';

export function approve(command: Approve, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'none' && command.approver !== state.created.userId)
    throw new Refusal('FORBIDDEN', 'Only the owner of a workflow can approve it.');
  requireOwnMandate(command, state);
  if (isSameApproval(command, state)) return [];
  const open = openQuestion(state);
  if (!open) throw wrongState(state, 'only one that awaits approval can be approved');
  const { request, planHash } = open;
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
  const required = requiredFor(open);
  const isCovered = paysItself(open)
    ? command.budget >= required
    : command.holdId !== undefined && command.budget >= required;
  if (required > 0n && !isCovered)
    throw new Refusal('INSUFFICIENT_ESCROW', 'The plan is not covered by a hold.', {
      required: `${required}`,
      available: `${command.budget}`,
    });
  return state.status === 'paused' ? approvedAgain(state, open, command) : approved(open, command);
}

/** A wallet of the owner's pays each step when it is called: there is nothing to hold. */
export const paysItself = ({ created }: Pick<AwaitingApproval, 'created'>): boolean =>
  created.payer !== undefined;

/** What waits for the owner's word, at the beginning of a run or in the middle of it. */
export function openQuestion(state: WorkflowState): AwaitingApproval | undefined {
  if (state.status === 'awaiting_approval') return state;
  if (state.status !== 'paused' || !state.request) return undefined;
  const { request, offer } = state;
  return { ...plannedOf(state), ...offer, status: 'awaiting_approval', request };
}

/** T25: one hold covers a run, and is extended as often as it takes. */
function approvedAgain(state: Paused, open: AwaitingApproval, by: Approve): WorkflowEvent[] {
  const { holdId } = state.approval;
  if (holdId !== undefined && by.holdId !== holdId)
    throw wrongState(state, `its hold ${holdId} is to be extended, not another one placed`);
  // what its mandate was used for is spent under it still
  const { mandateId } = state.approval;
  const event = approvalOf(open, mandateId === undefined ? by : { ...by, mandateId });
  return [event, ...goOn(evolve(state, event) as Paused, by.approver, by.at)];
}

/** Most that the run may still cost: what it keeps of an earlier one is paid. */
export const requiredFor = ({ plan, kept }: Pick<AwaitingApproval, 'plan' | 'kept'>): Micros =>
  sumMicros(
    plan.steps.flatMap((step) => [
      kept?.[step.id] ? ZERO : parseMicros(step.maxCost),
      // what another workflow did is not undone here
      kept?.[step.id]?.from ? ZERO : undoPrice(step, kept?.[step.id]),
    ]),
  );

type Answer = Pick<Approve, 'approver' | 'automatic' | 'holdId' | 'mandateId' | 'at'> & {
  readonly budget: bigint;
};

const approvalOf = (state: AwaitingApproval, by: Answer): WorkflowEventOf<'WorkflowApproved'> => ({
  type: 'WorkflowApproved',
  v: 1,
  runNo: state.runNo,
  requestId: state.request.requestId,
  planHash: state.planHash,
  approver: by.approver,
  automatic: by.automatic,
  ...(by.holdId !== undefined && { holdId: by.holdId }),
  budget: by.budget.toString(),
  ...(by.mandateId !== undefined && { mandateId: by.mandateId }),
});

/** A plan that costs nothing needs no hold and starts in the same append; a paid one waits for T10. */
export function approved(state: AwaitingApproval, by: Answer): WorkflowEvent[] {
  const event = approvalOf(state, by);
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
  const { requestId, at } = command;
  const open = openQuestion(state);
  if (open?.request.requestId !== requestId) return [];
  if (at < open.request.expiresAt)
    throw wrongState(state, `its offer stands until ${open.request.expiresAt}`);
  const expired: WorkflowEvent = { type: 'ApprovalExpired', v: 1, requestId };
  if (state.status === 'paused') return [expired, ...unanswered(state, at)];
  return [expired, closed(open, { outcome: 'expired', totalCost: 0n, at })];
}

/** T11: the reservation is gone before anything started, so the owner is asked again. T24: or in the middle of it. */
export function reportHoldLost({ holdId, at }: ReportHoldLost, state: WorkflowState): WorkflowEvent[] {
  if (!('approval' in state) || state.approval.holdId !== holdId) return [];
  if (state.status === 'executing') return holdLost(holdId, state, at);
  if (state.status !== 'approved') return [];
  return [
    { type: 'FundsReservationLost', v: 1, holdId },
    {
      type: 'ApprovalRequested',
      v: 1,
      requestId: nextRequestId(state.approval.requestId),
      reason: 'funds_lost',
      expiresAt: plusMs(at, LIMITS.approvalTtl),
      ...askedUnder(state),
    },
  ];
}
