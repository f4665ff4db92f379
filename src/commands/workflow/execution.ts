import type { WorkflowEvent } from '../../events/workflow.js';
import { backoffMs } from '../../kernel/backoff.js';
import { Refusal } from '../../kernel/errors.js';
import { plusMs } from '../../kernel/time.js';
import { begun, proceed, scheduled } from './advance.js';
import type { CompleteStep, FailStep, RetryStep, StartExecution, StartStep } from './commands.js';
import { giveUp } from './ending.js';
import { evolve } from './evolve.js';
import { stale } from './late-results.js';
import { wrongState } from './refusals.js';
import { type Draining, type Executing, isInFlight, type WorkflowState } from './state.js';

export function startExecution(command: StartExecution, state: WorkflowState): WorkflowEvent[] {
  if (state.status === 'approved' && state.runNo === command.runNo) return begun(state, command.at);
  return []; // started before, or cancelled meanwhile
}

export function startStep(command: StartStep, state: WorkflowState): WorkflowEvent[] {
  const step = liveStep(command, state);
  if (step?.status === 'running') return [];
  if (step?.status !== 'scheduled')
    throw wrongState(state, `attempt ${command.attempt} of ${command.stepId} is not waiting to start`);
  const { stepId, attempt, worker, at } = command;
  return [{ type: 'StepStarted', v: 1, stepId, attempt, worker, startedAt: at }];
}

export function completeStep(command: CompleteStep, state: WorkflowState): WorkflowEvent[] {
  const { stepId, attempt, cost, at } = command;
  if (!liveStep(command, state)) return stale(command, state, 'completed', cost);
  const now = state as Executing | Draining;
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
  return then([completed], now, (next) => proceed(next, at));
}

export function failStep(command: FailStep, state: WorkflowState): WorkflowEvent[] {
  const { stepId, attempt, error, at } = command;
  if (!liveStep(command, state)) return stale(command, state, 'failed', 0n);
  const now = state as Executing | Draining;
  const { retry, onFailure } = now.plan.steps.find((step) => step.id === stepId)!;
  const attemptFailed: WorkflowEvent = {
    type: 'StepAttemptFailed',
    v: 1,
    stepId,
    attempt,
    error,
    failedAt: at,
  };
  if (now.status === 'draining')
    return then([attemptFailed, { type: 'StepCancelled', v: 1, stepId, attempt }], now, (next) =>
      proceed(next, at),
    );
  const retryAt = plusMs(at, backoffMs(retry, attempt, command.random));
  if (error.kind !== 'terminal' && attempt < retry.maxAttempts && retryAt < now.deadline)
    return then(
      [
        attemptFailed,
        { type: 'StepRetryScheduled', v: 1, runNo: now.runNo, stepId, attempt: attempt + 1, at: retryAt },
      ],
      now,
      (next) => proceed(next, at),
    );
  const failed: WorkflowEvent[] = [attemptFailed, { type: 'StepFailed', v: 1, stepId, attempt, error }];
  // the last step has no dependants: without it there is no result, whatever the plan says of its failure
  const isLast = now.plan.steps.at(-1)!.id === stepId;
  if (onFailure === 'skip_dependants' && !isLast) return then(failed, now, (next) => proceed(next, at));
  const { code, message } = error;
  return then(
    [...failed, { type: 'WorkflowFailed', v: 1, runNo: now.runNo, code, message, stepId, terminal: false }],
    now,
    (next) => giveUp(next as Draining, at),
  );
}

export function retryStep(command: RetryStep, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'executing' || state.runNo !== command.runNo) return [];
  const { stepId, attempt, at } = command;
  const step = state.steps[stepId];
  if (step?.status !== 'retrying' || step.attempt !== attempt) return [];
  return [scheduled(state, stepId, attempt, at)];
}

/** The step a report is about, if that very attempt of this very run is in flight. */
function liveStep(
  report: { readonly runNo: number; readonly stepId: string; readonly attempt: number },
  state: WorkflowState,
) {
  if ((state.status !== 'executing' && state.status !== 'draining') || state.runNo !== report.runNo)
    return undefined;
  const step = state.steps[report.stepId];
  return step && isInFlight(step) && 'attempt' in step && step.attempt === report.attempt ? step : undefined;
}

function then(
  events: readonly WorkflowEvent[],
  state: WorkflowState,
  next: (state: Executing | Draining) => readonly WorkflowEvent[],
): WorkflowEvent[] {
  return [...events, ...next(events.reduce(evolve, state) as Executing | Draining)];
}
