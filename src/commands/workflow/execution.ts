import type { WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import { begun, scheduled, then } from './advance.js';
import type { CompleteStep, FailStep, RetryStep, StartExecution, StartStep } from './commands.js';
import { attemptFailed } from './failing.js';
import { stale } from './late-results.js';
import { wrongState } from './refusals.js';
import { plannedStep } from './services.js';
import { isInFlight, isRunning, type Running, type WorkflowState } from './state.js';

export function startExecution(command: StartExecution, state: WorkflowState): WorkflowEvent[] {
  if (state.status === 'approved' && state.runNo === command.runNo) return begun(state, command.at);
  return []; // started before, or cancelled meanwhile
}

export function startStep(command: StartStep, state: WorkflowState): WorkflowEvent[] {
  const step = liveStep(command, state);
  if (step?.status === 'running') return [];
  if (step?.status !== 'scheduled')
    throw wrongState(state, `attempt ${command.attempt} of ${command.stepId} is not waiting to start`);
  const { runNo, stepId, attempt, worker, at } = command;
  const { timeoutMs } = plannedStep(state as Running, stepId);
  return [{ type: 'StepStarted', v: 1, stepId, attempt, worker, startedAt: at, runNo, timeoutMs }];
}

export function completeStep(command: CompleteStep, state: WorkflowState): WorkflowEvent[] {
  const { stepId, attempt, cost, at } = command;
  if (!liveStep(command, state)) return stale(command, state, 'completed', cost);
  const now = state as Running;
  const ceiling = BigInt(now.plan.steps.find((step) => step.id === stepId)!.maxCost);
  if (cost > ceiling)
    throw new Refusal('COST_ABOVE_CEILING', `The step cost ${cost}, its ceiling is ${ceiling} micro-USDC.`, {
      cost: `${cost}`,
      ceiling: `${ceiling}`,
    });
  const completed: WorkflowEvent = {
    type: 'StepCompleted',
    v: 1,
    stepId,
    attempt,
    seq: now.seq + 1,
    output: command.output,
    inputHash: command.inputHash,
    outputHash: command.outputHash,
    cost: cost.toString(),
    ...(command.payment && { payment: command.payment }),
    ...(command.branch && { branch: command.branch }),
    startedAt: command.startedAt,
    completedAt: at,
  };
  return then([completed], now, at);
}

export function failStep(command: FailStep, state: WorkflowState): WorkflowEvent[] {
  if (!liveStep(command, state)) return stale(command, state, 'failed', 0n);
  return attemptFailed(command, state as Running);
}

export function retryStep(command: RetryStep, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'executing' || state.runNo !== command.runNo) return [];
  const { stepId, attempt, at } = command;
  const step = state.steps[stepId];
  if (step?.status !== 'retrying' || step.attempt !== attempt) return [];
  return [scheduled(state, stepId, attempt, at)];
}

/** The step a report is about, if that very attempt of this very run is in flight. */
export function liveStep(
  report: { readonly runNo: number; readonly stepId: string; readonly attempt: number },
  state: WorkflowState,
) {
  if (!isRunning(state) || state.runNo !== report.runNo) return undefined;
  const step = state.steps[report.stepId];
  return step && isInFlight(step) && 'attempt' in step && step.attempt === report.attempt ? step : undefined;
}
