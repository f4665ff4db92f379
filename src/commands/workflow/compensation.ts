import type { WorkflowEvent } from '../../events/workflow.js';
import { backoffMs } from '../../kernel/backoff.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { plusMs } from '../../kernel/time.js';
import { cancelled, closed } from './closing.js';
import type {
  CompensateStep,
  ReportStepCompensated,
  ReportStepCompensationFailed,
  ResolveCompensation,
  RetryCompensation,
  RetryStepCompensation,
} from './commands.js';
import { evolve } from './evolve.js';
import { wrongState } from './refusals.js';
import type { Compensating, Draining, WorkflowState } from './state.js';
import { isUndoing, readyToUndo, toUndo, type Undo } from './undo.js';

/** T26: what was done is undone, unless there is nothing to undo or the owner wants it kept. */
export function beginCompensation(state: Draining, at: string): WorkflowEvent[] {
  const completed = (stepId: string) => wasDoneHere(state, stepId);
  const steps = state.rollback === false ? [] : toUndo(state.plan.steps, completed);
  if (steps.length === 0) return [];
  const { runNo, cause } = state;
  return then([{ type: 'CompensationStarted', v: 1, runNo, cause, steps, startedAt: at }], state, at);
}

/** A worker takes an attempt. */
export function compensateStep(command: CompensateStep, state: WorkflowState): WorkflowEvent[] {
  const { stepId, attempt, worker, at } = command;
  const undo = undoOf(command, state);
  if (undo && 'attempt' in undo && undo.attempt === attempt) {
    if (undo.status === 'running') return [];
    if (undo.status === 'scheduled')
      return [{ type: 'StepCompensationStarted', v: 1, stepId, attempt, worker, startedAt: at }];
  }
  throw wrongState(state, `attempt ${attempt} to undo ${stepId} is not waiting to start`);
}

/**
 * T29. What an earlier attempt did is done, however late it says so: doing it again would be the second time. A
 * repeated report, or one that comes after the run was closed, says nothing new.
 */
export function stepCompensated(command: ReportStepCompensated, state: WorkflowState): WorkflowEvent[] {
  const { stepId, attempt, cost, payment, startedAt, at } = command;
  const undo = undoOf(command, state);
  if (!undo || !('attempt' in undo) || undo.status === 'done' || undo.attempt < attempt) return [];
  const ceiling = BigInt(planned(state as Compensating, stepId).maxCost);
  if (cost > ceiling)
    throw new Refusal(
      'COST_ABOVE_CEILING',
      `Undoing the step cost ${cost}, its ceiling is ${ceiling} micro-USDC.`,
      { cost: `${cost}`, ceiling: `${ceiling}` },
    );
  const done: WorkflowEvent = {
    type: 'StepCompensated',
    v: 1,
    stepId,
    attempt,
    cost: `${cost}`,
    ...(payment && { payment }),
    startedAt,
    completedAt: at,
  };
  return then([done], state as Compensating, at);
}

/** T30, T31: another attempt as long as there are any, then the others go on without it. */
export function stepCompensationFailed(
  command: ReportStepCompensationFailed,
  state: WorkflowState,
): WorkflowEvent[] {
  const { stepId, attempt, error, random, at } = command;
  const undo = undoOf(command, state);
  if (!undo || !isUndoing(undo) || !('attempt' in undo) || undo.attempt !== attempt) return [];
  const run = state as Compensating;
  const { retry } = planned(run, stepId);
  const tried = attempt - undo.from + 1;
  if (error.kind === 'terminal' || tried >= retry.maxAttempts)
    return then([{ type: 'StepCompensationFailed', v: 1, stepId, attempt, error, failedAt: at }], run, at);
  const retryAt = plusMs(at, backoffMs(retry, tried, random));
  const next = { runNo: run.runNo, stepId, attempt: attempt + 1, at: retryAt, error };
  return then([{ type: 'StepCompensationRetryScheduled', v: 1, ...next }], run, at);
}

/** The retry timer of a failed attempt has run out. */
export function retryStepCompensation(command: RetryStepCompensation, state: WorkflowState): WorkflowEvent[] {
  const undo = undoOf(command, state);
  if (undo?.status !== 'retrying' || undo.attempt !== command.attempt) return [];
  return [scheduled(state as Compensating, command.stepId, command.attempt, command.at)];
}

/** T34: what failed gets a whole new round. */
export function retryCompensation({ by, at }: RetryCompensation, state: WorkflowState): WorkflowEvent[] {
  if (state.status === 'compensating') return []; // under way already
  if (state.status !== 'compensation_failed')
    throw wrongState(state, 'only a failed rollback can be retried');
  return then([{ type: 'CompensationRestarted', v: 1, runNo: state.runNo, by, restartedAt: at }], state, at);
}

/** T35: an operator has seen to it by hand, and says how. */
export function resolveCompensation(command: ResolveCompensation, state: WorkflowState): WorkflowEvent[] {
  const { by, note, at } = command;
  if (state.status === 'closed' && state.rollback === 'resolved') return [];
  if (state.status !== 'compensation_failed')
    throw wrongState(state, 'only a failed rollback can be resolved');
  const { runNo } = state;
  return [
    { type: 'CompensationResolved', v: 1, runNo, by, note, resolvedAt: at },
    ...ended(state, 'resolved', at),
  ];
}

/** These events, and what follows from them: the next ones to undo, or the end. */
function then(events: readonly WorkflowEvent[], before: WorkflowState, at: string): WorkflowEvent[] {
  const state = events.reduce(evolve, before) as Compensating;
  const { plan, undos, runNo, created } = state;
  const ready = readyToUndo(plan.steps, undos, LIMITS.concurrentSteps);
  if (ready.length > 0)
    return [...events, ...ready.map((stepId) => scheduled(state, stepId, undos[stepId]!.from, at))];
  if (Object.values(undos).some((undo) => isUndoing(undo) || undo.status === 'retrying')) return [...events];
  const failed = Object.keys(undos).filter((stepId) => undos[stepId]?.status === 'failed');
  if (failed.length > 0) {
    // a late success of one leaves the others as failed as they were
    if (state.status === 'compensation_failed') return [...events];
    const { userId } = created;
    return [...events, { type: 'CompensationFailed', v: 1, runNo, userId, steps: failed, failedAt: at }];
  }
  const rollback = hasIrreversible(state) ? 'partial' : 'completed';
  return [
    ...events,
    { type: 'CompensationCompleted', v: 1, runNo, rollback, completedAt: at },
    ...ended(state, rollback, at),
  ];
}

const hasIrreversible = (state: Compensating): boolean =>
  state.plan.steps.some(({ id, sideEffect }) => sideEffect === 'irreversible' && wasDoneHere(state, id));

/** What a fork keeps of another workflow was done there: undoing it is not its business. */
function wasDoneHere({ steps }: Pick<Compensating, 'steps'>, stepId: string): boolean {
  const step = steps[stepId];
  return step?.status === 'completed' && step.from === undefined;
}

function ended(
  state: Compensating,
  rollback: 'completed' | 'partial' | 'resolved',
  at: string,
): WorkflowEvent[] {
  const { expired } = state;
  const end = { totalCost: state.spent, at, holdId: state.approval.holdId, rollback, expired };
  return state.cause === 'cancel' ? cancelled(state, end) : [closed(state, { ...end, outcome: 'failed' })];
}

function scheduled(state: Compensating, stepId: string, attempt: number, at: string): WorkflowEvent {
  const { service, timeoutMs } = planned(state, stepId);
  return {
    type: 'StepCompensationScheduled',
    v: 1,
    runNo: state.runNo,
    stepId,
    attempt,
    kind: service ? 'service_call' : 'data_transform',
    timeoutMs,
    scheduledAt: at,
  };
}

/** Only steps that declare a compensation are ever to be undone. */
const planned = ({ plan }: Compensating, stepId: string) =>
  plan.steps.find(({ id }) => id === stepId)!.compensation!;

function undoOf(
  report: { readonly runNo: number; readonly stepId: string },
  state: WorkflowState,
): Undo | undefined {
  if (state.status !== 'compensating' && state.status !== 'compensation_failed') return undefined;
  return state.runNo === report.runNo ? state.undos[report.stepId] : undefined;
}
