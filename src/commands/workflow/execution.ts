import type { WorkflowEvent } from '../../events/workflow.js';
import { backoffMs } from '../../kernel/backoff.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { plusMs } from '../../kernel/time.js';
import { closed } from './closing.js';
import type { CompleteStep, FailStep, RetryStep, StartExecution, StartStep } from './commands.js';
import { closeIfDrained, giveUp } from './ending.js';
import { wrongState } from './refusals.js';
import { schedule } from './schedule.js';
import {
  type Approved,
  type Draining,
  type Executing,
  evolve,
  isInFlight,
  staleKey,
  type WorkflowState,
} from './state.js';

export function startExecution(command: StartExecution, state: WorkflowState): WorkflowEvent[] {
  if (state.status === 'approved' && state.runNo === command.runNo) return begun(state, command.at);
  return []; // started before, or cancelled meanwhile
}

/** ExecutionStarted and the first steps, one append. */
export function begun(state: Approved, at: string): WorkflowEvent[] {
  const started: WorkflowEvent = {
    type: 'ExecutionStarted',
    v: 1,
    runNo: state.runNo,
    startedAt: at,
    deadline: plusMs(at, state.created.maxTime),
  };
  return [started, ...advance(evolve(state, started) as Executing, at)];
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

/** What follows from the newest event: the next steps, or the end of the run. */
const proceed = (state: Executing | Draining, at: string): WorkflowEvent[] =>
  state.status === 'draining' ? closeIfDrained(state, at) : advance(state, at);

function advance(state: Executing, at: string): WorkflowEvent[] {
  const last = state.plan.steps.at(-1)!;
  const assembled = state.steps[last.id]!;
  if (assembled.status === 'completed') {
    const partial = Object.values(state.steps).some((step) => step.status === 'failed');
    const totalCost = state.spent;
    return [
      { type: 'ResultAssembled', v: 1, output: assembled.output, outputHash: assembled.outputHash },
      { type: 'WorkflowCompleted', v: 1, totalCost: `${totalCost}`, partial, completedAt: at },
      closed(state, { outcome: 'completed', totalCost, at, holdId: state.approval.holdId }),
    ];
  }
  const { ready, skipped } = schedule(state.plan.steps, state.steps, LIMITS.concurrentSteps);
  if (skipped.some(({ stepId }) => stepId === last.id)) return withoutResult(state, last.id, at);
  return [
    ...skipped.map(({ stepId, reason }, index): WorkflowEvent => {
      return { type: 'StepSkipped', v: 1, stepId, seq: state.seq + 1 + index, reason };
    }),
    ...ready.map((stepId) => scheduled(state, stepId, 1, at)),
  ];
}

function scheduled(state: Executing, stepId: string, attempt: number, at: string): WorkflowEvent {
  const { kind, timeoutMs } = state.plan.steps.find((step) => step.id === stepId)!;
  return {
    type: 'StepScheduled',
    v: 1,
    runNo: state.runNo,
    stepId,
    attempt,
    kind,
    timeoutMs,
    scheduledAt: at,
  };
}

/** Everything the result depends on was skipped: the run ends, and says why. */
function withoutResult(state: Executing, stepId: string, at: string): WorkflowEvent[] {
  const message = 'Every step that leads to the result was skipped.';
  const failed: WorkflowEvent = {
    type: 'WorkflowFailed',
    v: 1,
    runNo: state.runNo,
    code: 'NO_RESULT',
    message,
    stepId,
    terminal: false,
  };
  return [failed, ...giveUp(evolve(state, failed) as Draining, at)];
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

/** T41: a late report changes nothing, but what it cost is kept; one that was recorded before is a repetition. */
function stale(
  report: CompleteStep | FailStep,
  state: WorkflowState,
  outcome: 'completed' | 'failed',
  cost: bigint,
): WorkflowEvent[] {
  if (state.status !== 'none' && report.runNo < state.runNo)
    return ofEarlierRun(report, state, outcome, cost);
  const progress = state.status === 'closed' ? state.progress : 'steps' in state ? state : undefined;
  const step = progress?.steps[report.stepId];
  if (!progress || !step || !('stale' in state))
    throw wrongState(state, `no step ${report.stepId} of it is running`);
  if (state.runNo === report.runNo && isRecorded(step, report, outcome)) return [];
  if (state.stale.includes(`${report.stepId}/${report.attempt}`)) return [];
  // the step timer outlives the attempt it watched over: that it runs out later is no result
  if (report.type === 'FailStep' && report.error.code === 'STEP_TIMEOUT') return [];
  const { stepId, attempt } = report;
  return [{ type: 'StaleStepResultRecorded', v: 1, stepId, attempt, outcome, cost: `${cost}` }];
}

/** A run that is over stays as it was recorded; before the next one executes there is nowhere to keep it apart. */
function ofEarlierRun(
  { type, runNo, stepId, attempt, ...rest }: CompleteStep | FailStep,
  state: WorkflowState,
  outcome: 'completed' | 'failed',
  cost: bigint,
): WorkflowEvent[] {
  if (type === 'FailStep' && 'error' in rest && rest.error.code === 'STEP_TIMEOUT') return [];
  if (!('stale' in state) || state.stale.includes(staleKey({ runNo, stepId, attempt }))) return [];
  return [{ type: 'StaleStepResultRecorded', v: 1, runNo, stepId, attempt, outcome, cost: `${cost}` }];
}

function isRecorded(
  step: Executing['steps'][string],
  report: CompleteStep | FailStep,
  outcome: 'completed' | 'failed',
): boolean {
  if (outcome === 'completed') return step.status === 'completed' && step.attempt === report.attempt;
  if (step.status === 'retrying') return step.attempt === report.attempt + 1;
  return (step.status === 'failed' || step.status === 'cancelled') && step.attempt === report.attempt;
}

function then(
  events: readonly WorkflowEvent[],
  state: WorkflowState,
  next: (state: Executing | Draining) => readonly WorkflowEvent[],
): WorkflowEvent[] {
  return [...events, ...next(events.reduce(evolve, state) as Executing | Draining)];
}
