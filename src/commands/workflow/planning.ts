import type { StepKind } from '../../events/plan.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { plusMs } from '../../kernel/time.js';
import { approved } from './approval.js';
import { approvesFree, askedUnder } from './auto-approval.js';
import { closed } from './closing.js';
import type { CreateWorkflow, FailPlanning, ProposePlan } from './commands.js';
import type { AwaitingApproval, Planning, WorkflowState } from './state.js';

export function create(command: CreateWorkflow, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'none') {
    if (state.created.secret.data === command.secret.data) return [];
    throw new Refusal('WRONG_STATE', 'This workflow id is taken.', { workflowId: command.workflowId });
  }
  const { type: _type, at, maxCost, given, ...fields } = command;
  return [
    { type: 'WorkflowCreated', v: 1, ...fields, maxCost: maxCost.toString() },
    {
      type: 'PlanningStarted',
      v: 1,
      runNo: 1,
      expiresAt: plusMs(at, LIMITS.planningTimeout),
      ...(given && { given }),
    },
  ];
}

/** A given plan without services is checked at once: no catalogue is asked, so it cannot have to wait. */
export const needsNobody = (steps: readonly { readonly kind: StepKind }[]): boolean =>
  steps.every(({ kind }) => kind !== 'service_call');

/** The planner checked the plan before; the limits the user set are checked again here, where they bind. */
export function proposePlan(command: ProposePlan, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'planning' || state.runNo !== command.runNo) return []; // a late plan is ignored (T05)
  const { plan, planHash, runNo, at } = command;
  const most = BigInt(plan.totals.maxCost) + BigInt(plan.totals.compensationReserve);
  const tooDear = most > BigInt(state.created.maxCost);
  if (tooDear || plan.totals.criticalPathTime > state.created.maxTime) {
    const code = tooDear ? 'PLAN_OVER_BUDGET' : 'PLAN_OVER_TIME';
    const message = tooDear
      ? `The plan may cost ${most} micro-USDC, the limit is ${state.created.maxCost}.`
      : `The plan takes about ${plan.totals.criticalPathTime} ms, the limit is ${state.created.maxTime}.`;
    return failed(state, code, message, true, at);
  }
  const paidElsewhere = plan.steps.find(({ kind, maxCost }) => kind === 'workflow' && BigInt(maxCost) > 0n);
  if (state.created.payer !== undefined && paidElsewhere) {
    const message = `A wallet that signs each payment cannot pay for the workflow of ${paidElsewhere.id}.`;
    return failed(state, 'CHILD_UNFUNDED', message, true, at);
  }
  const requestId = `apr_${runNo}`;
  const expiresAt = plusMs(at, LIMITS.approvalTtl);
  const proposed: WorkflowEvent[] = [
    { type: 'IntentClassified', v: 1, ...command.intent },
    {
      type: 'PlanProposed',
      v: 1,
      runNo,
      plan,
      planHash,
      planner: command.planner,
      ...(command.model !== undefined && { model: command.model }),
      ...(command.promptHash !== undefined && { promptHash: command.promptHash }),
    },
    {
      type: 'ApprovalRequested',
      v: 1,
      requestId,
      reason: 'initial',
      expiresAt,
      ...(most > 0n && askedUnder(state)),
      ...(isCovered(state, most) && { covered: true }),
    },
  ];
  if (!approvesFree(state) || most > 0n) return proposed;
  const awaiting: AwaitingApproval = {
    status: 'awaiting_approval',
    created: state.created,
    runNo,
    plan,
    planHash,
    request: { requestId, reason: 'initial', expiresAt },
  };
  return [
    ...proposed,
    ...approved(awaiting, { approver: state.created.userId, automatic: true, budget: 0n, at }),
  ];
}

/** Who approved its parent approved what its step may cost. A run of it that its owner wants again is his to approve. */
const isCovered = ({ created, runNo }: Planning, most: bigint): boolean =>
  created.parent?.holdId !== undefined && most > 0n && runNo === 1;

export function failPlanning(command: FailPlanning, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'planning' || state.runNo !== command.runNo) return [];
  return failed(state, command.code, command.message, command.recoverable, command.at);
}

const failed = (
  state: Planning,
  code: string,
  message: string,
  recoverable: boolean,
  at: string,
): WorkflowEvent[] => [
  { type: 'PlanningFailed', v: 1, code, message, recoverable },
  { type: 'WorkflowFailed', v: 1, runNo: state.runNo, code, message, terminal: true },
  closed(state, { outcome: 'failed', totalCost: 0n, at }),
];
