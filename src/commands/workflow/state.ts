import type { Plan } from '../../events/plan.js';
import type { Rollback, RunOutcome, WorkflowEvent, WorkflowEventOf } from '../../events/workflow.js';
import type { ErrorRecord } from '../../kernel/errors.js';
import { unreachable } from '../../kernel/errors.js';
import { type Micros, parseMicros, ZERO } from '../../kernel/money.js';
import { evolveUndos, type Undos } from './undo.js';

/**
 * Invariants of a workflow (domain.md 4.1, 5):
 * - the dependencies of a step are finished before it is scheduled, and at most one attempt of it is live;
 * - the sum of costs never exceeds the budget that was approved;
 * - nothing is scheduled while draining, compensating or closed; each step is undone at most once;
 * - each run ends with exactly one RunClosed, after which only settlement and stale results are recorded.
 */
export type WorkflowState =
  | { readonly status: 'none' }
  | Planning
  | AwaitingApproval
  | Approved
  | Executing
  | Draining
  | Compensating
  | Closed;

interface Existing {
  readonly created: WorkflowEventOf<'WorkflowCreated'>;
  readonly runNo: number;
  /** kept from the decision to fail until the run closes with it */
  readonly failure?: WorkflowEventOf<'WorkflowFailed'>;
}

export interface Planning extends Existing {
  readonly status: 'planning';
  readonly expiresAt: string;
}

interface Planned extends Existing {
  readonly plan: Plan;
  readonly planHash: string;
  /** the run the plan was made in, when that was an earlier one */
  readonly plannedIn?: number;
  /** what completed in earlier runs, by step */
  readonly kept?: Kept;
}

export type Kept = Readonly<Record<string, StepState & { readonly status: 'completed' }>>;

export interface AwaitingApproval extends Planned {
  readonly status: 'awaiting_approval';
  readonly request: Pick<WorkflowEventOf<'ApprovalRequested'>, 'requestId' | 'reason' | 'expiresAt'>;
}

export type Approval = Omit<WorkflowEventOf<'WorkflowApproved'>, 'type' | 'v'>;

export interface Approved extends Planned {
  readonly status: 'approved';
  readonly approval: Approval;
}

/** What has happened to the steps of the run so far. */
export interface Progress {
  readonly approval: Approval;
  readonly startedAt: string;
  readonly deadline: string;
  readonly steps: Readonly<Record<string, StepState>>;
  /** steps that completed or were skipped */
  readonly seq: number;
  readonly spent: Micros;
  /** {@link staleKey} of late results, so that a repeated report is not recorded twice */
  readonly stale: readonly string[];
  readonly result?: Pick<WorkflowEventOf<'ResultAssembled'>, 'output' | 'outputHash'>;
}

export interface Executing extends Planned, Progress {
  readonly status: 'executing';
}

/** Failure or cancellation is decided; steps in flight finish, nothing new starts. */
export interface Draining extends Planned, Progress {
  readonly status: 'draining';
  readonly cause: 'failure' | 'cancel';
  /** the owner wants what was done kept */
  readonly rollback?: false;
}

/** What was done is being undone; once that has failed for good, an operator decides. */
export interface Compensating extends Planned, Progress {
  readonly status: 'compensating' | 'compensation_failed';
  readonly cause: Draining['cause'];
  readonly undos: Undos;
}

export interface Closed extends Existing {
  readonly status: 'closed';
  readonly outcome: RunOutcome;
  /** absent when nothing was rolled back */
  readonly rollback?: Exclude<Rollback, 'none'>;
  readonly holdId?: string;
  readonly totalCost: Micros;
  readonly closedAt: string;
  readonly plan?: Plan;
  readonly planHash?: string;
  readonly plannedIn?: number;
  /** absent when the run closed before it executed */
  readonly progress?: Progress;
  readonly result?: Progress['result'];
  readonly settled: boolean;
  readonly rating?: Pick<WorkflowEventOf<'WorkflowRated'>, 'stars' | 'comment'>;
  readonly stale: readonly string[];
}

export type StepState =
  | { readonly status: 'waiting' }
  | { readonly status: 'scheduled'; readonly attempt: number }
  | { readonly status: 'running'; readonly attempt: number; readonly worker: string }
  /** `attempt` is the one that will follow at `at` */
  | { readonly status: 'retrying'; readonly attempt: number; readonly at: string }
  | (Omit<WorkflowEventOf<'StepCompleted'>, 'type' | 'v' | 'stepId'> & {
      readonly status: 'completed';
      /** the run it completed in, when that was an earlier one: paid there, its output sealed there */
      readonly runNo?: number;
    })
  | {
      readonly status: 'skipped';
      readonly seq: number;
      readonly reason: WorkflowEventOf<'StepSkipped'>['reason'];
    }
  | { readonly status: 'failed'; readonly attempt: number; readonly error: ErrorRecord }
  | { readonly status: 'cancelled'; readonly attempt: number };

/** Names one late result. */
export const staleKey = (of: {
  readonly runNo?: number | undefined;
  readonly stepId: string;
  readonly attempt: number;
}): string => `${of.runNo === undefined ? '' : `${of.runNo}/`}${of.stepId}/${of.attempt}`;

export const isInFlight = (step: StepState): boolean =>
  step.status === 'scheduled' || step.status === 'running';

export function evolve(state: WorkflowState, event: WorkflowEvent): WorkflowState {
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
    case 'ApprovalRequested': {
      const { requestId, reason, expiresAt } = event;
      const request = { requestId, reason, expiresAt };
      return { ...plannedOf(planned(state)), status: 'awaiting_approval', request };
    }
    case 'WorkflowApproved': {
      const { type: _type, v: _v, ...approval } = event;
      return { ...plannedOf(planned(state)), status: 'approved', approval };
    }
    case 'ExecutionStarted':
      return begin(state as Approved, event);
    case 'StepScheduled':
      return withStep(state, event.stepId, { status: 'scheduled', attempt: event.attempt });
    case 'StepStarted':
      return withStep(state, event.stepId, {
        status: 'running',
        attempt: event.attempt,
        worker: event.worker,
      });
    case 'StepCompleted': {
      const { type: _type, v: _v, stepId, ...done } = event;
      const next = withStep(state, stepId, { status: 'completed', ...done });
      return { ...next, seq: event.seq, spent: (next.spent + parseMicros(event.cost)) as Micros };
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
      } as WorkflowState;
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
      const spent = (undoing(state).spent + parseMicros(event.cost)) as Micros;
      return { ...undoing(state), spent, undos: evolveUndos(undoing(state).undos, event) };
    }
    case 'WorkflowRated': {
      const { stars, comment } = event;
      return { ...(state as Closed), rating: { stars, ...(comment && { comment }) } };
    }
    case 'RetryRequested':
      return event.mode === 'resume' ? resumed(state as Closed, event) : state;
    case 'CompensationFailed':
      return { ...undoing(state), status: 'compensation_failed' };
    case 'CompensationRestarted':
      return { ...undoing(state), status: 'compensating', undos: evolveUndos(undoing(state).undos, event) };
    case 'RunClosed':
      return close(state, event);
    case 'WorkflowSettled':
      return state.status === 'closed' ? { ...state, settled: true } : state;
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
    case 'CompensationResolved':
      return state;
    default:
      return unreachable(event);
  }
}

function begin(state: Approved, event: WorkflowEventOf<'ExecutionStarted'>): Executing {
  const steps: Record<string, StepState> = {};
  for (const step of state.plan.steps) steps[step.id] = state.kept?.[step.id] ?? { status: 'waiting' };
  const { startedAt, deadline } = event;
  const seq = Object.keys(state.kept ?? {}).length;
  return { ...state, status: 'executing', startedAt, deadline, steps, seq, spent: ZERO, stale: [] };
}

/** The plan of the last run stands again, and what completed under it: paid then, so it costs nothing now. */
function resumed(state: Closed, { runNo, kept }: WorkflowEventOf<'RetryRequested'>): AwaitingApproval {
  const { created, plan, planHash, progress, plannedIn = state.runNo } = state;
  const steps: Record<string, Kept[string]> = {};
  for (const [index, { stepId, runNo: of }] of kept.entries()) {
    const { payment: _payment, ...done } = progress!.steps[stepId] as Kept[string];
    steps[stepId] = { ...done, seq: index + 1, cost: '0', runNo: of };
  }
  return {
    status: 'awaiting_approval',
    created,
    runNo,
    plan: plan!,
    planHash: planHash!,
    plannedIn,
    kept: steps,
    request: { requestId: '', reason: 'initial', expiresAt: '' },
  };
}

export const plannedOf = ({ created, runNo, plan, planHash, plannedIn, kept }: Planned): Planned => ({
  created,
  runNo,
  plan,
  planHash,
  ...(plannedIn !== undefined && { plannedIn }),
  ...(kept && { kept }),
});

/** Only a run that executes has something to drain; any other keeps its status until it is closed. */
const drain = <S extends WorkflowState>(state: S, cause: Draining['cause']): S | Draining =>
  state.status === 'executing' ? { ...state, status: 'draining', cause } : state;

function close(state: WorkflowState, event: WorkflowEventOf<'RunClosed'>): Closed {
  const { created } = existing(state);
  const executed = 'steps' in state ? state : undefined;
  const { failure } = existing(state);
  const result = executed?.result;
  return {
    status: 'closed',
    created,
    runNo: event.runNo,
    outcome: event.outcome,
    ...(event.rollback !== 'none' && { rollback: event.rollback }),
    totalCost: parseMicros(event.totalCost),
    closedAt: event.closedAt,
    settled: false,
    ...(event.holdId !== undefined && { holdId: event.holdId }),
    stale: executed?.stale ?? [],
    ...(failure && { failure }),
    ...(result && { result }),
    ...('plan' in state && state.plan && { plan: state.plan, planHash: state.planHash! }),
    ...('plannedIn' in state && state.plannedIn !== undefined && { plannedIn: state.plannedIn }),
    ...(executed && { progress: progressOf(executed) }),
  };
}

const progressOf = ({ approval, startedAt, deadline, steps, seq, spent, stale }: Progress): Progress => ({
  approval,
  startedAt,
  deadline,
  steps,
  seq,
  spent,
  stale,
});

function withStep(state: WorkflowState, stepId: string, step: StepState): Executing | Draining {
  const now = running(state);
  return { ...now, steps: { ...now.steps, [stepId]: step } };
}

/* The decider never emits these events in another status; the casts say so. */
const existing = (state: WorkflowState): Existing => state as Existing & WorkflowState;
const planned = (state: WorkflowState): Planned => state as Planned & WorkflowState;
const running = (state: WorkflowState): Executing | Draining => state as Executing | Draining;
const undoing = (state: WorkflowState): Compensating => state as Compensating;
