import type { WorkflowEventOf } from '../../events/workflow.js';
import { parseMicros, ZERO } from '../../kernel/money.js';
import type {
  Approved,
  AwaitingApproval,
  Closed,
  Draining,
  Executing,
  Existing,
  Kept,
  Progress,
  StepState,
  WorkflowState,
} from './state.js';

export function begin(state: Approved, event: WorkflowEventOf<'ExecutionStarted'>): Executing {
  const steps: Record<string, StepState> = {};
  for (const step of state.plan.steps) steps[step.id] = state.kept?.[step.id] ?? { status: 'waiting' };
  const { startedAt, deadline } = event;
  const seq = Object.keys(state.kept ?? {}).length;
  return { ...state, status: 'executing', startedAt, deadline, steps, seq, spent: ZERO, stale: [] };
}

type NextRun = Pick<WorkflowEventOf<'RetryRequested' | 'RollbackRequested'>, 'runNo' | 'kept'>;

/** The plan of the last run stands again, and what completed under it: paid then, so it costs nothing now. */
export const resumed = (state: Closed, next: WorkflowEventOf<'RetryRequested'>): AwaitingApproval => ({
  ...samePlan(state, next),
  ...(next.signals && { signals: carried(state, next.signals) }),
  status: 'awaiting_approval',
  request: { requestId: '', reason: 'initial', expiresAt: '' },
});

/** The same plan and results, and nothing left to be done but to undo what was. */
export function undoing(state: Closed, event: WorkflowEventOf<'RollbackRequested'>): Draining {
  const { runNo, undoes, parent, holdId, budget, requestedAt } = event;
  const { holdId: _before, ...approval } = state.progress!.approval;
  const planned = samePlan(state, event);
  const steps: Record<string, StepState> = {};
  for (const { id } of planned.plan.steps) steps[id] = planned.kept[id] ?? { status: 'waiting' };
  return {
    ...planned,
    status: 'draining',
    cause: 'cancel',
    undoes: { runNo: undoes, parent },
    approval: { ...approval, runNo, budget, ...(holdId !== undefined && { holdId }) },
    startedAt: requestedAt,
    deadline: requestedAt,
    steps,
    seq: event.kept.length,
    spent: ZERO,
    stale: [],
  };
}

/** As if they had come to the run that begins; what they brought stays sealed where it came. */
function carried(
  { signals = {} }: Closed,
  which: NonNullable<WorkflowEventOf<'RetryRequested'>['signals']>,
): NonNullable<Closed['signals']> {
  return Object.fromEntries(
    which.map(({ signalId, runNo }) => {
      const { takenBy: _before, ...signal } = signals[signalId]!;
      return [signalId, { ...signal, runNo }];
    }),
  );
}

/** What a step that completed has taken is part of what it gave. */
function untaken(state: WorkflowState): Closed['signals'] {
  if (!('signals' in state) || !state.signals) return undefined;
  const steps = 'steps' in state ? state.steps : {};
  const left = Object.entries(state.signals).filter(
    ([, { takenBy }]) => takenBy === undefined || steps[takenBy]?.status !== 'completed',
  );
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

function samePlan(state: Closed, { runNo, kept }: NextRun) {
  const { created, plan, planHash, plannedIn = state.runNo } = state;
  const before = stepsOf(state);
  const steps: Record<string, Kept[string]> = {};
  for (const [index, { stepId, runNo: of }] of kept.entries()) {
    const { payment: _payment, ...done } = before[stepId] as Kept[string];
    steps[stepId] = { ...done, seq: index + 1, cost: '0', runNo: of };
  }
  return { created, runNo, plan: plan!, planHash: planHash!, plannedIn, kept: steps };
}

export function close(state: WorkflowState, event: WorkflowEventOf<'RunClosed'>): Closed {
  const { created, failure } = state as Existing & WorkflowState;
  const executed = 'steps' in state ? state : undefined;
  const result = executed?.result;
  const signals = event.outcome === 'completed' ? undefined : untaken(state);
  return {
    status: 'closed',
    created,
    runNo: event.runNo,
    outcome: event.outcome,
    ...(event.rollback !== 'none' && { rollback: event.rollback }),
    ...('undos' in state && { undos: state.undos }),
    ...('undoes' in state && state.undoes && { undoes: state.undoes }),
    totalCost: parseMicros(event.totalCost),
    closedAt: event.closedAt,
    settled: false,
    ...(event.holdId !== undefined && { holdId: event.holdId }),
    ...(event.openPayments && { mayStillPay: true }),
    stale: executed?.stale ?? [],
    ...(failure && { failure }),
    ...(signals && { signals }),
    ...(result && { result }),
    ...('plan' in state && state.plan && { plan: state.plan, planHash: state.planHash! }),
    ...('plannedIn' in state && state.plannedIn !== undefined && { plannedIn: state.plannedIn }),
    ...(executed && { progress: progressOf(executed) }),
    ...(!executed && 'kept' in state && state.kept && { kept: state.kept }),
  };
}

/** The steps of a run that is over; one that never executed has what it would have kept. */
export const stepsOf = ({ progress, kept }: Pick<Closed, 'progress' | 'kept'>): Progress['steps'] =>
  progress?.steps ?? kept ?? {};

const progressOf = ({
  approval,
  startedAt,
  deadline,
  steps,
  seq,
  spent,
  spentByChildren,
  rounds,
  stale,
}: Progress): Progress => ({
  approval,
  startedAt,
  deadline,
  steps,
  seq,
  spent,
  ...(spentByChildren !== undefined && { spentByChildren }),
  ...(rounds && { rounds }),
  stale,
});
