import type { WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
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
import { retryTime } from './retry-time.js';
import type { Compensating, Draining, WorkflowState } from './state.js';
import { isUndoing, readyToUndo, type Undo } from './undo.js';
import { doneHere, isLasting, toUndo } from './undoable.js';

/** T26: what was done is undone, unless there is nothing to undo or the owner wants it kept. */
export function beginCompensation(state: Draining, at: string): WorkflowEvent[] {
  const steps = state.rollback === false ? [] : toUndo(state.plan.steps, doneHere(state.steps));
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
  const declared = planned(state as Compensating, stepId);
  const ceiling = BigInt(declared?.maxCost ?? '0');
  // each step of a workflow has a ceiling of its own, and was held to it there
  if (declared && cost > ceiling)
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
    ...(command.resolved && { resolved: true }),
  };
  return then([done], state as Compensating, at);
}

/** T30, T31: another attempt as long as there are any, then the others go on without it. */
export function stepCompensationFailed(
  command: ReportStepCompensationFailed,
  state: WorkflowState,
): WorkflowEvent[] {
  const { stepId, attempt, error, at } = command;
  const undo = undoOf(command, state);
  if (!undo || !isUndoing(undo) || !('attempt' in undo) || undo.attempt !== attempt) return [];
  const run = state as Compensating;
  const retry = planned(run, stepId)?.retry;
  const tried = attempt - undo.from + 1;
  // the steps of a workflow were tried again there
  if (!retry || error.kind === 'terminal' || tried >= retry.maxAttempts)
    return then([{ type: 'StepCompensationFailed', v: 1, stepId, attempt, error, failedAt: at }], run, at);
  const retryAt = retryTime(command, retry, tried);
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
  if (state.status !== 'compensation_failed' || state.resolved)
    throw wrongState(state, 'only a failed rollback can be retried');
  return then([{ type: 'CompensationRestarted', v: 1, runNo: state.runNo, by, restartedAt: at }], state, at);
}

/** T35: an operator has seen to it by hand, and says how. */
export function resolveCompensation(command: ResolveCompensation, state: WorkflowState): WorkflowEvent[] {
  const { by, note, at } = command;
  if (state.status === 'closed' && state.rollback === 'resolved') return [];
  if (state.status !== 'compensation_failed')
    throw wrongState(state, 'only a failed rollback can be resolved');
  if (state.resolved) return [];
  const { runNo } = state;
  const children = unresolvedChildren(state);
  const resolved = { type: 'CompensationResolved', v: 1, runNo, by, note, resolvedAt: at } as const;
  if (children.length > 0) return [{ ...resolved, children }];
  return [resolved, ...ended(state, 'resolved', at)];
}

/** Workflows of its own that could not be undone: what they hold and have spent is settled before the run ends. */
const unresolvedChildren = ({ plan, undos, steps }: Compensating) =>
  plan.steps.flatMap(({ id: stepId, compensation }) => {
    const undo = undos[stepId];
    const child = doneHere(steps)(stepId)?.child;
    if (compensation || undo?.status !== 'failed' || !child) return [];
    return [{ stepId, attempt: undo.attempt, childId: child.workflowId }];
  });

/** These events, and what follows from them: the next ones to undo, or the end. */
export function then(events: readonly WorkflowEvent[], before: WorkflowState, at: string): WorkflowEvent[] {
  const state = events.reduce(evolve, before) as Compensating;
  const { plan, undos, runNo, created, undoes } = state;
  const ready = readyToUndo(plan.steps, undos, LIMITS.concurrentSteps);
  if (ready.length > 0)
    return [...events, ...ready.map((stepId) => scheduled(state, stepId, undos[stepId]!.from, at))];
  if (Object.values(undos).some((undo) => isUndoing(undo) || undo.status === 'retrying')) return [...events];
  if (state.resolved)
    return unresolvedChildren(state).length > 0 ? [...events] : [...events, ...ended(state, 'resolved', at)];
  const failed = Object.keys(undos).filter((stepId) => undos[stepId]?.status === 'failed');
  if (failed.length > 0) {
    // a late success of one leaves the others as failed as they were
    if (state.status === 'compensation_failed') return [...events];
    const { userId } = created;
    const waits = undoes && { parent: undoes.parent };
    return [
      ...events,
      { type: 'CompensationFailed', v: 1, runNo, userId, steps: failed, failedAt: at, ...waits },
    ];
  }
  const rollback = outcomeOf(state);
  return [
    ...events,
    { type: 'CompensationCompleted', v: 1, runNo, rollback, completedAt: at },
    ...ended(state, rollback, at),
  ];
}

/** Everything was tried, and nothing failed. */
function outcomeOf({ plan, steps, undos }: Compensating): 'completed' | 'partial' | 'resolved' {
  if (Object.values(undos).some((undo) => undo.status === 'done' && undo.resolved)) return 'resolved';
  const done = doneHere(steps);
  return plan.steps.some((step) => isLasting(step, done(step.id))) ? 'partial' : 'completed';
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
  const { runNo } = state;
  const event = { type: 'StepCompensationScheduled', v: 1, runNo, stepId, attempt, scheduledAt: at } as const;
  const declared = planned(state, stepId);
  if (declared) {
    const { service, timeoutMs } = declared;
    return { ...event, kind: service ? 'service_call' : 'data_transform', timeoutMs };
  }
  // it keeps its own clocks
  const { workflowId: child } = doneHere(state.steps)(stepId)!.child!;
  return { ...event, kind: 'workflow', timeoutMs: LIMITS.maxRunTime, child };
}

/** What is to be undone and declares no compensation was a workflow. */
const planned = ({ plan }: Compensating, stepId: string) =>
  plan.steps.find(({ id }) => id === stepId)!.compensation;

function undoOf(
  report: { readonly runNo: number; readonly stepId: string },
  state: WorkflowState,
): Undo | undefined {
  if (state.status !== 'compensating' && state.status !== 'compensation_failed') return undefined;
  return state.runNo === report.runNo ? state.undos[report.stepId] : undefined;
}
