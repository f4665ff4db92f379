import type { Parent } from '../../events/child.js';
import type { OriginRun } from '../../events/fork.js';
import type { PauseReason } from '../../events/interruption.js';
import type { Plan } from '../../events/plan.js';
import type { Rollback, RunOutcome, WorkflowEventOf } from '../../events/workflow.js';
import type { ErrorRecord } from '../../kernel/errors.js';
import type { Micros, MicrosText } from '../../kernel/money.js';
import type { Content } from '../../kernel/sealed.js';
import type { Undos } from './undo.js';

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
  | Paused
  | Draining
  | Compensating
  | Closed;

export interface Existing {
  readonly created: WorkflowEventOf<'WorkflowCreated'>;
  readonly runNo: number;
  /** kept from the decision to fail until the run closes with it */
  readonly failure?: WorkflowEventOf<'WorkflowFailed'>;
}

export interface Planning extends Existing {
  readonly status: 'planning';
  readonly expiresAt: string;
}

export interface Planned extends Existing {
  readonly plan: Plan;
  readonly planHash: string;
  /** the run the plan was made in, when that was an earlier one */
  readonly plannedIn?: number;
  /** what completed in earlier runs, by step */
  readonly kept?: Kept;
  /** signals of this run by id, in the order they came */
  readonly signals?: Readonly<Record<string, Signal>>;
}

export interface Signal {
  readonly name: string;
  readonly payload: Content;
  /** the run it came in, when that was an earlier one: sealed there */
  readonly runNo?: number;
  /** the step that took it */
  readonly takenBy?: string;
}

export type CompletedStep = StepState & { readonly status: 'completed' };
export type Kept = Readonly<Record<string, CompletedStep>>;

export interface AwaitingApproval extends Planned {
  readonly status: 'awaiting_approval';
  readonly request: Pick<WorkflowEventOf<'ApprovalRequested'>, 'requestId' | 'reason' | 'expiresAt'>;
  /** why its mandate did not answer */
  readonly declined?: Pick<WorkflowEventOf<'AutoApprovalDeclined'>, 'code' | 'message' | 'limit' | 'asked'>;
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
  /** by workflows that steps of it were, however they ended */
  readonly spentByChildren?: Micros;
  /** of steps that went to another service or began their attempts anew */
  readonly rounds?: Readonly<Record<string, Round>>;
  /** {@link staleKey} of late results, so that a repeated report is not recorded twice */
  readonly stale: readonly string[];
  readonly result?: Pick<WorkflowEventOf<'ResultAssembled'>, 'output' | 'outputHash'>;
}

export interface Executing extends Planned, Progress {
  readonly status: 'executing';
}

/** Nothing new starts until the owner says so; what is in flight finishes and is recorded. */
export interface Paused extends Planned, Progress {
  readonly status: 'paused';
  readonly reason: PauseReason;
  readonly pausedAt: string;
  /** the question that must be answered by an approval before it goes on */
  readonly request?: AwaitingApproval['request'];
  /** what is to be approved, where that is not the plan it began with */
  readonly offer?: { readonly plan: Plan; readonly planHash: string };
}

/** Attempts of a step that count together: those of one service, from `from` on. */
export interface Round {
  readonly from: number;
  /** id of the alternative that does it */
  readonly service?: string;
  /** ids of services that were given up */
  readonly givenUp: readonly string[];
}

/** What a run is for that only undoes an earlier one, and the attempt of its parent that asked for it last. */
export interface Undoing {
  readonly runNo: number;
  readonly parent: Parent;
}

/** What is known of a workflow that a step was, once it has completed. */
export interface FinishedChild {
  readonly workflowId: string;
  readonly cost: MicrosText;
  /** most that undoing it may cost; absent where nothing of it can be undone */
  readonly undo?: MicrosText;
  /** something it did cannot be undone */
  readonly lasting?: true;
}

/** Failure or cancellation is decided; steps in flight finish, nothing new starts. */
export interface Draining extends Planned, Progress {
  readonly status: 'draining';
  readonly undoes?: Undoing;
  readonly cause: 'failure' | 'cancel';
  /** the owner wants what was done kept */
  readonly rollback?: false;
  /** nobody answered in time */
  readonly expired?: true;
}

/** A run some of whose steps may be in flight. */
export type Running = Executing | Paused | Draining;

/** What was done is being undone; once that has failed for good, an operator decides. */
export interface Compensating extends Planned, Progress {
  readonly status: 'compensating' | 'compensation_failed';
  readonly cause: Draining['cause'];
  readonly expired?: true;
  readonly undos: Undos;
  readonly undoes?: Undoing;
  /** an operator has resolved it, and workflows of its own that could not be undone are resolved with it */
  readonly resolved?: true;
}

export interface Closed extends Existing {
  readonly status: 'closed';
  readonly outcome: RunOutcome;
  /** absent when nothing was rolled back */
  readonly rollback?: Exclude<Rollback, 'none'>;
  /** what came of undoing each step, where something was rolled back */
  readonly undos?: Undos;
  readonly undoes?: Undoing;
  readonly holdId?: string;
  /** something signed for it may land yet */
  readonly mayStillPay?: true;
  readonly totalCost: Micros;
  readonly closedAt: string;
  readonly plan?: Plan;
  readonly planHash?: string;
  readonly plannedIn?: number;
  /** absent when the run executed: then it stands in its progress */
  readonly kept?: Kept;
  /** that no step has taken which completed: the next run may */
  readonly signals?: NonNullable<Planned['signals']>;
  /** absent when the run closed before it executed */
  readonly progress?: Progress;
  readonly result?: Progress['result'];
  readonly settled: boolean;
  readonly rating?: Pick<WorkflowEventOf<'WorkflowRated'>, 'stars' | 'comment'>;
  readonly stale: readonly string[];
}

export type StepState =
  | { readonly status: 'waiting'; readonly confirmed?: true }
  /** a person is asked first; `attempt` is the one that will follow */
  | { readonly status: 'confirming'; readonly attempt: number; readonly expiresAt: string }
  /** `signalId`: what it waited for has come */
  | {
      readonly status: 'scheduled';
      readonly attempt: number;
      readonly signalId?: string;
      /** the workflow it waited for has completed */
      readonly child?: FinishedChild;
    }
  | { readonly status: 'running'; readonly attempt: number; readonly worker: string }
  /** a timer ends it; nobody works on it */
  | (Omit<WorkflowEventOf<'StepWaitStarted'>, 'type' | 'v' | 'runNo' | 'stepId'> & {
      readonly status: 'sleeping';
    })
  /** `attempt` is the one that will follow at `at` */
  | { readonly status: 'retrying'; readonly attempt: number; readonly at: string }
  | (Omit<WorkflowEventOf<'StepCompleted'>, 'type' | 'v' | 'stepId'> & {
      readonly status: 'completed';
      /** the run it completed in, when that was an earlier one: paid there, its output sealed there */
      readonly runNo?: number;
      /** the run of another workflow that made and paid it, when this one is a fork */
      readonly from?: OriginRun;
      /** the alternative that did it */
      readonly service?: string;
      /** the workflow it was, where that did something that can be undone, or that cannot */
      readonly child?: FinishedChild;
    })
  /** `attempt` is the one that will follow when the run goes on; `error` where its attempts are used up */
  | { readonly status: 'held'; readonly attempt: number; readonly error?: ErrorRecord }
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

export const plannedOf = ({
  created,
  runNo,
  plan,
  planHash,
  plannedIn,
  kept,
  signals,
}: Planned): Planned => ({
  created,
  runNo,
  plan,
  planHash,
  ...(plannedIn !== undefined && { plannedIn }),
  ...(kept && { kept }),
  ...(signals && { signals }),
});

/** A run whose steps may report. */
export const isRunning = (state: WorkflowState): state is Running =>
  state.status === 'executing' || state.status === 'paused' || state.status === 'draining';

export const isInFlight = (step: StepState): boolean =>
  step.status === 'scheduled' || step.status === 'running';

/** In flight, or a workflow of its own is: the run is not over before that. */
export const isUnderWay = (step: StepState): boolean =>
  isInFlight(step) || (step.status === 'sleeping' && step.child !== undefined);
