import type { PauseReason } from '../../events/interruption.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { plusMs } from '../../kernel/time.js';
import { then } from './advance.js';
import type { PauseExecution, ResumeExecution } from './commands.js';
import { ending } from './failing.js';
import { wrongState } from './refusals.js';
import type { Executing, Paused, WorkflowState } from './state.js';

/** The owner stops it for a while. */
export function pauseExecution({ by, at }: PauseExecution, state: WorkflowState): WorkflowEvent[] {
  requireOwnedBy(by, state, 'pause');
  if (state.status === 'paused') return [];
  if (state.status !== 'executing') throw wrongState(state, 'only one that executes can be paused');
  return [paused(state.runNo, 'by_owner', at)];
}

/** The owner lets it go on; steps whose attempts are used up are tried anew, or given up where he says so. */
export function resumeExecution(command: ResumeExecution, state: WorkflowState): WorkflowEvent[] {
  const { by, at, skip = [] } = command;
  requireOwnedBy(by, state, 'resume');
  if (state.status === 'executing' && skip.length === 0) return [];
  if (state.status !== 'paused') throw wrongState(state, 'only one that is paused can be resumed');
  if (state.request) throw wrongState(state, 'what it costs must be approved before it goes on');
  return goOn(state, by, at, skip);
}

/** The end of a pause. @param skip steps that are given up, with what depends on them */
export function goOn(state: Paused, by: string, at: string, skip: readonly string[] = []): WorkflowEvent[] {
  const { runNo } = state;
  const given = skip.map((stepId): WorkflowEvent => {
    const { attempt, error } = exhausted(state, stepId);
    return { type: 'StepFailed', v: 1, stepId, attempt, error };
  });
  const deadline = plusMs(state.deadline, Math.max(0, Date.parse(at) - Date.parse(state.pausedAt)));
  const resumed: WorkflowEvent = { type: 'ExecutionResumed', v: 1, runNo, by, resumedAt: at, deadline };
  const doomed = Object.keys(state.steps).find(
    (stepId) => !skip.includes(stepId) && isExhausted(state, stepId) && !isForgiven(state, stepId),
  );
  if (doomed !== undefined)
    return then([...given, resumed], state, at, (next) =>
      ending({ runNo, stepId: doomed, at, ...exhausted(state, doomed) }, next as Executing),
    );
  const events = then([...given, resumed], state, at);
  const withoutResult = skip.includes(state.plan.steps.at(-1)!.id);
  if (withoutResult || (skip.length > 0 && events.some(({ type }) => type === 'WorkflowFailed')))
    throw wrongState(state, `without ${skip.join(', ')} there would be no result`);
  return events;
}

const isExhausted = ({ steps }: Paused, stepId: string): boolean => {
  const step = steps[stepId];
  return step?.status === 'held' && step.error !== undefined;
};

/** What was declined stays declined; all else is tried anew where its owner wanted to be asked. */
const isForgiven = (state: Paused, stepId: string): boolean =>
  state.created.onExhausted === 'pause' && exhausted(state, stepId).error.code !== 'DECLINED';

function exhausted(state: Paused, stepId: string) {
  const step = state.steps[stepId];
  if (step?.status !== 'held' || !step.error)
    throw wrongState(state, `${stepId} is not a step whose attempts are used up`);
  return { attempt: step.attempt - 1, error: step.error };
}

export const paused = (runNo: number, reason: PauseReason, at: string, stepId?: string): WorkflowEvent => ({
  type: 'ExecutionPaused',
  v: 1,
  runNo,
  reason,
  ...(stepId !== undefined && { stepId }),
  pausedAt: at,
});

/** The run stops, unless it has stopped already, and its owner is asked. */
export function asking(
  state: Executing | Paused,
  reason: 'price_drift' | 'funds_exhausted',
  at: string,
  stepId?: string,
): WorkflowEvent[] {
  const last = (state.status === 'paused' ? state.request : undefined) ?? state.approval;
  const request: WorkflowEvent = {
    type: 'ApprovalRequested',
    v: 1,
    requestId: nextRequestId(last.requestId),
    reason,
    expiresAt: plusMs(at, LIMITS.approvalTtl),
  };
  return state.status === 'paused' ? [request] : [paused(state.runNo, reason, at, stepId), request];
}

/** `apr_1`, `apr_1x2`, `apr_1x3`: the questions of one run. */
export function nextRequestId(requestId: string): string {
  const [prefix, no = '1', round = '1'] = requestId.split(/_|x/);
  return `${prefix}_${no}x${Number(round) + 1}`;
}

export function requireOwnedBy(by: string, state: WorkflowState, what: string): void {
  if (state.status !== 'none' && by !== state.created.userId)
    throw new Refusal('FORBIDDEN', `Only the owner of a workflow can ${what} it.`);
}
