import type { WorkflowEvent } from '../../events/workflow.js';
import type { ErrorRecord } from '../../kernel/errors.js';
import { then } from './advance.js';
import type { FailStep } from './commands.js';
import { giveUp } from './ending.js';
import { roundOf } from './interruption.js';
import { retryTime } from './retry-time.js';
import { nextAlternative, plannedStep } from './services.js';
import type { Draining, Executing, Paused, Running } from './state.js';

/** Errors of steps whose money is gone: another service would have to be paid a second time. */
const PAID: ReadonlySet<string> = new Set(['PAYMENT_UNDELIVERED', 'PAID_OTHERWISE']);

interface Failure {
  readonly runNo: number;
  readonly stepId: string;
  readonly attempt: number;
  readonly error: ErrorRecord;
  readonly at: string;
}

/**
 * What follows from a failed attempt, T16 to T19: another one, another service, the owner's decision, the run without
 * what depends on it, or its end. While the run is paused it is recorded, and what it means is decided afterwards.
 */
export function attemptFailed(command: FailStep, now: Running): WorkflowEvent[] {
  const { stepId, attempt, error, at } = command;
  const failed: WorkflowEvent = { type: 'StepAttemptFailed', v: 1, stepId, attempt, error, failedAt: at };
  if (now.status === 'draining')
    return then([failed, { type: 'StepCancelled', v: 1, stepId, attempt }], now, at);
  const again = retried(command, now) ?? reassigned(command, now);
  return again ? then([failed, again], now, at) : [failed, ...givenUp(command, now)];
}

/** T16. A service that is left alone is waited for, unless there is another one. */
function retried(command: FailStep, now: Executing | Paused) {
  const { stepId, attempt, error } = command;
  const { retry } = plannedStep(now, stepId);
  const tried = attempt - roundOf(now, stepId).from + 1;
  const retryAt = retryTime(command, retry, tried);
  if (error.kind === 'terminal' || tried >= retry.maxAttempts || retryAt >= now.deadline) return undefined;
  if (error.code === 'BREAKER_OPEN' && nextAlternative(now, stepId)) return undefined;
  const next = { runNo: now.runNo, stepId, attempt: attempt + 1, at: retryAt };
  return { type: 'StepRetryScheduled', v: 1, ...next } satisfies WorkflowEvent;
}

/** T17 */
function reassigned({ stepId, attempt, error }: FailStep, now: Executing | Paused) {
  const to = PAID.has(error.code) ? undefined : nextAlternative(now, stepId)?.id;
  if (to === undefined) return undefined;
  const from = roundOf(now, stepId).service ?? plannedStep(now, stepId).service!.id;
  const { runNo } = now;
  const { code } = error;
  return {
    type: 'StepReassigned',
    v: 1,
    runNo,
    stepId,
    attempt: attempt + 1,
    from,
    to,
    code,
  } satisfies WorkflowEvent;
}

/** No attempt follows: T18, T19, or the owner decides. */
export function givenUp(failure: Failure, now: Executing | Paused): WorkflowEvent[] {
  const { runNo, stepId, attempt, error, at } = failure;
  if (isDispensable(now, stepId))
    return then([{ type: 'StepFailed', v: 1, stepId, attempt, error }], now, at);
  if (now.status === 'executing' && now.created.onExhausted !== 'pause') return ending(failure, now);
  const held: WorkflowEvent = { type: 'StepHeld', v: 1, runNo, stepId, attempt, error };
  if (now.status === 'paused') return [held];
  return [held, { type: 'ExecutionPaused', v: 1, runNo, reason: 'retries_exhausted', stepId, pausedAt: at }];
}

/** T19: the run cannot do without it. */
export function ending({ runNo, stepId, attempt, error, at }: Failure, now: Executing): WorkflowEvent[] {
  const { code, message } = error;
  return then(
    [
      { type: 'StepFailed', v: 1, stepId, attempt, error },
      { type: 'WorkflowFailed', v: 1, runNo, code, message, stepId, terminal: false },
    ],
    now,
    at,
    (next) => giveUp(next as Draining, at),
  );
}

/** The last step has no dependants: without it there is no result, whatever the plan says of its failure. */
export const isDispensable = (run: Executing | Paused, stepId: string): boolean =>
  plannedStep(run, stepId).onFailure === 'skip_dependants' && run.plan.steps.at(-1)!.id !== stepId;
