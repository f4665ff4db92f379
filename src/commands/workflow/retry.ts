import type { WorkflowEvent } from '../../events/workflow.js';
import { LIMITS } from '../../kernel/limits.js';
import { plusMs } from '../../kernel/time.js';
import { approved, requiredFor } from './approval.js';
import { approvesFree, askedUnder } from './auto-approval.js';
import type { RetryWorkflow } from './commands.js';
import { evolve } from './evolve.js';
import { wrongState } from './refusals.js';
import { stepsOf } from './run-bounds.js';
import type { AwaitingApproval, Closed, WorkflowState } from './state.js';

/**
 * T36–T38: a run that failed or whose offer expired is followed by another of the same workflow. Resumed, it keeps
 * the plan and every step that completed, and only the rest is offered; where that cannot be, it is planned anew.
 */
export function retryWorkflow(command: RetryWorkflow, state: WorkflowState): WorkflowEvent[] {
  const { runNo: last, by, at } = command;
  if (state.status !== 'none' && state.runNo === last + 1) return []; // retried before
  if (state.status !== 'closed' || !isRetryable(state) || state.runNo !== last)
    throw wrongState(state, 'only a run that failed or expired can be retried');
  if (!state.settled) throw wrongState(state, 'its last run is still being settled');
  const runNo = last + 1;
  const mode = command.mode !== 'restart' && isResumable(state) ? 'resume' : 'restart';
  if (mode === 'restart')
    return [
      { type: 'RetryRequested', v: 1, runNo, by, mode, kept: [] },
      { type: 'PlanningStarted', v: 1, runNo, expiresAt: plusMs(at, LIMITS.planningTimeout) },
    ];
  const events: WorkflowEvent[] = [
    { type: 'RetryRequested', v: 1, runNo, by, mode, kept: keptOf(state), ...signalsOf(state) },
    {
      type: 'ApprovalRequested',
      v: 1,
      requestId: `apr_${runNo}`,
      reason: 'initial',
      expiresAt: plusMs(at, LIMITS.approvalTtl),
      ...askedUnder(state),
    },
  ];
  const offer = events.reduce(evolve, state as WorkflowState) as AwaitingApproval;
  if (!approvesFree(state) || requiredFor(offer) > 0n) return events;
  const byOwner = { approver: state.created.userId, automatic: true, budget: 0n, at };
  return [...events, ...approved(offer, byOwner)];
}

const isRetryable = ({ outcome }: Closed): boolean => outcome === 'failed' || outcome === 'expired';

/** What was undone cannot be kept. */
const isResumable = ({ plan, rollback }: Closed): boolean => plan !== undefined && rollback === undefined;

/** What was told to a run that failed need not be told again. */
function signalsOf({ signals = {}, runNo }: Closed) {
  const carried = Object.entries(signals).map(([signalId, signal]) => ({
    signalId,
    runNo: signal.runNo ?? runNo,
  }));
  return carried.length > 0 ? { signals: carried } : {};
}

/** The completed steps in the order they completed, each with the run whose output it is. */
export const keptOf = (state: Closed): { stepId: string; runNo: number }[] =>
  Object.entries(stepsOf(state))
    .flatMap(([stepId, step]) =>
      step.status === 'completed' ? [{ stepId, runNo: step.runNo ?? state.runNo, seq: step.seq }] : [],
    )
    .sort((a, b) => a.seq - b.seq)
    .map(({ stepId, runNo: of }) => ({ stepId, runNo: of }));
