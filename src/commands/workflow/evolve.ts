import type { WorkflowEvent, WorkflowEventOf } from '../../events/workflow.js';
import { unreachable } from '../../kernel/errors.js';
import { type Micros, parseMicros } from '../../kernel/money.js';
import { rememberingLast } from '../../kernel/remembering-last.js';
import { evolveInterruption, reapproved, unpaused } from './interruption.js';
import { begin, close, resumed, undoing as undoingRun } from './run-bounds.js';
import {
  type Approved,
  type AwaitingApproval,
  type Closed,
  type Compensating,
  type Draining,
  type Existing,
  type Planned,
  plannedOf,
  type Running,
  type StepState,
  staleKey,
  type WorkflowState,
} from './state.js';
import { evolveUndos } from './undo.js';

/** Many decisions look at what their first event leads to, and whoever appends it asks for that again. */
export const evolve = rememberingLast(stateAfter);

function stateAfter(state: WorkflowState, event: WorkflowEvent): WorkflowState {
  switch (event.type) {
    case 'WorkflowCreated':
      return { status: 'planning', created: event, runNo: 1, expiresAt: '' };
    case 'PlanningStarted':
      return {
        status: 'planning',
        created: existing(state).created,
        runNo: event.runNo,
        expiresAt: event.expiresAt,
      };
    case 'PlanProposed':
      return {
        status: 'awaiting_approval',
        created: existing(state).created,
        runNo: event.runNo,
        plan: event.plan,
        planHash: event.planHash,
        request: { requestId: '', reason: 'initial', expiresAt: '' },
      };
    case 'StepKept': {
      const { type: _type, v: _v, stepId, ...done } = event;
      const { kept } = planned(state);
      const step = { ...done, status: 'completed', cost: '0' } as const;
      return { ...(state as AwaitingApproval), kept: { ...kept, [stepId]: step } };
    }
    case 'ApprovalRequested': {
      const { requestId, reason, expiresAt } = event;
      const request = { requestId, reason, expiresAt };
      if (state.status === 'paused') return { ...state, request };
      return { ...plannedOf(planned(state)), status: 'awaiting_approval', request };
    }
    case 'AutoApprovalDeclined': {
      const { code, message, limit, asked } = event;
      const figures = { ...(limit !== undefined && { limit }), ...(asked !== undefined && { asked }) };
      return { ...(state as AwaitingApproval), declined: { code, message, ...figures } };
    }
    case 'WorkflowApproved': {
      const { type: _type, v: _v, ...approval } = event;
      if (state.status === 'paused') return reapproved(state, approval);
      return { ...plannedOf(planned(state)), status: 'approved', approval };
    }
    case 'ExecutionStarted':
      return begin(state as Approved, event);
    case 'StepConfirmationRequested': {
      const { stepId, expiresAt } = event;
      return withStep(state, stepId, { status: 'confirming', attempt: 1, expiresAt });
    }
    case 'StepConfirmed':
      return withStep(state, event.stepId, { status: 'waiting', confirmed: true });
    case 'StepScheduled':
      return withStep(state, event.stepId, { status: 'scheduled', attempt: event.attempt });
    case 'StepStarted':
      return withStep(state, event.stepId, {
        status: 'running',
        attempt: event.attempt,
        worker: event.worker,
      });
    case 'StepWaitStarted': {
      const { type: _type, v: _v, runNo: _runNo, stepId, ...waiting } = event;
      return withStep(state, stepId, { status: 'sleeping', ...waiting });
    }
    case 'SignalReceived': {
      const { signalId, name, payload } = event;
      const now = planned(state);
      return { ...now, signals: { ...now.signals, [signalId]: { name, payload } } } as WorkflowState;
    }
    case 'StepSignalled': {
      const { stepId, attempt, signalId } = event;
      const next = withStep(state, stepId, { status: 'scheduled', attempt, signalId });
      const signal = { ...next.signals![signalId]!, takenBy: stepId };
      return { ...next, signals: { ...next.signals, [signalId]: signal } };
    }
    case 'ChildClosed': {
      const { stepId, attempt, childId, outcome, cost, undo, lasting } = event;
      const before = running(state);
      const spentByChildren = ((before.spentByChildren ?? 0n) + parseMicros(cost)) as Micros;
      const next = { ...before, spentByChildren };
      if (outcome !== 'completed') return next;
      const undoing = { ...(undo !== undefined && { undo }), ...(lasting && { lasting }) };
      const child = { workflowId: childId, cost, ...undoing };
      return withStep(next, stepId, { status: 'scheduled', attempt, child });
    }
    case 'StepCompleted': {
      const now = running(state);
      const step = completedStep(event, now);
      const steps = { ...now.steps, [event.stepId]: step };
      return { ...now, steps, seq: event.seq, spent: (now.spent + parseMicros(event.cost)) as Micros };
    }
    case 'StepRetryScheduled':
      return withStep(state, event.stepId, { status: 'retrying', attempt: event.attempt, at: event.at });
    case 'StepFailed':
      return withStep(state, event.stepId, { status: 'failed', attempt: event.attempt, error: event.error });
    case 'StepSkipped':
      return {
        ...withStep(state, event.stepId, { status: 'skipped', seq: event.seq, reason: event.reason }),
        seq: event.seq,
      };
    case 'StepCancelled':
      return withStep(state, event.stepId, { status: 'cancelled', attempt: event.attempt });
    case 'StaleStepResultRecorded':
      return 'stale' in state ? { ...state, stale: [...state.stale, staleKey(event)] } : state;
    case 'ResultAssembled':
      return {
        ...running(state),
        result: { output: event.output, outputHash: event.outputHash },
      } as WorkflowState;
    case 'WorkflowFailed':
      return state.status === 'none' ? state : { ...drain(state, 'failure'), failure: event };
    case 'CancellationRequested':
      return {
        ...drain(state, 'cancel'),
        ...(event.rollback === false && { rollback: false }),
        ...(event.expired && { expired: true }),
      } as WorkflowState;
    case 'StepReassigned':
    case 'PriceDriftDetected':
    case 'BudgetExhausted':
    case 'StepHeld':
    case 'ExecutionPaused':
    case 'ExecutionResumed':
      return evolveInterruption(running(state), event);
    case 'CompensationStarted': {
      const undos = Object.fromEntries(
        event.steps.map((id) => [id, { status: 'waiting', from: 1 } as const]),
      );
      return { ...running(state), status: 'compensating', cause: event.cause, undos };
    }
    case 'StepCompensationScheduled':
    case 'StepCompensationStarted':
    case 'StepCompensationRetryScheduled':
    case 'StepCompensationFailed':
      return { ...undoing(state), undos: evolveUndos(undoing(state).undos, event) };
    case 'StepCompensated': {
      const now = undoing(state);
      const cost = parseMicros(event.cost);
      const next = { ...now, spent: (now.spent + cost) as Micros, undos: evolveUndos(now.undos, event) };
      const declared = now.plan.steps.find(({ id }) => id === event.stepId)?.compensation;
      if (declared || cost === 0n) return next;
      return { ...next, spentByChildren: ((now.spentByChildren ?? 0n) + cost) as Micros };
    }
    case 'RollbackRequested':
      return undoingRun(state as Closed, event);
    case 'WorkflowRated': {
      const { stars, comment } = event;
      return { ...(state as Closed), rating: { stars, ...(comment && { comment }) } };
    }
    case 'RetryRequested':
      return event.mode === 'resume' ? resumed(state as Closed, event) : state;
    case 'CompensationFailed':
      return { ...undoing(state), status: 'compensation_failed' };
    case 'CompensationRestarted': {
      const now = undoing(state);
      const undoes = now.undoes && event.parent ? { ...now.undoes, parent: event.parent } : now.undoes;
      const undos = evolveUndos(now.undos, event);
      return { ...now, status: 'compensating', undos, ...(undoes && { undoes }) };
    }
    case 'CompensationResolved':
      return event.children ? { ...undoing(state), resolved: true } : state;
    case 'RunClosed':
      return close(state, event);
    case 'WorkflowSettled':
      return state.status === 'closed' ? { ...state, settled: true } : state;
    case 'ChildDismissed':
    case 'StepConfirmationDeclined':
    case 'IntentClassified':
    case 'PlanningFailed':
    case 'ApprovalExpired':
    case 'FundsReservationLost':
    case 'StepAttemptFailed':
    case 'WorkflowCompleted':
    case 'WorkflowTimedOut':
    case 'RollbackNotNeeded':
    case 'WorkflowCancelled':
    case 'CompensationCompleted':
    case 'MandateShareSettled':
      return state;
    default:
      return unreachable(event);
  }
}

/** Only a run that executes has something to drain; any other keeps its status until it is closed. */
const drain = <S extends WorkflowState>(state: S, cause: Draining['cause']): S | Draining =>
  state.status === 'executing'
    ? { ...state, status: 'draining', cause }
    : state.status === 'paused'
      ? { ...unpaused(state), status: 'draining', cause }
      : state;

/** Member by member: there are more of these than of anything else, and to leave some out of a copy is slow. */
function completedStep(
  event: WorkflowEventOf<'StepCompleted'>,
  { rounds, steps }: Pick<Running, 'rounds' | 'steps'>,
): StepState {
  const { attempt, seq, output, inputHash, outputHash, cost, payment, branch, startedAt, completedAt } =
    event;
  const service = rounds?.[event.stepId]?.service;
  const child = undoableChild(steps[event.stepId]);
  return {
    status: 'completed',
    attempt,
    seq,
    output,
    inputHash,
    outputHash,
    cost,
    startedAt,
    completedAt,
    ...(payment && { payment }),
    ...(branch && { branch }),
    ...(service && { service }),
    ...(child && { child }),
  };
}

function withStep(state: WorkflowState, stepId: string, step: StepState): Running {
  const now = running(state);
  return { ...now, steps: { ...now.steps, [stepId]: step } };
}

/** A workflow that did nothing that could be undone needs no place in the state of its parent. */
const undoableChild = (step: StepState | undefined) =>
  step?.status === 'scheduled' && (step.child?.undo !== undefined || step.child?.lasting)
    ? step.child
    : undefined;

/* The decider never emits these events in another status; the casts say so. */
const existing = (state: WorkflowState): Existing => state as Existing & WorkflowState;
const planned = (state: WorkflowState): Planned => state as Planned & WorkflowState;
const running = (state: WorkflowState): Running => state as Running;
const undoing = (state: WorkflowState): Compensating => state as Compensating;
