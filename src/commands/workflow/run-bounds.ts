import type { WorkflowEventOf } from '../../events/workflow.js';
import { parseMicros, ZERO } from '../../kernel/money.js';
import type {
  Approved,
  AwaitingApproval,
  Closed,
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

/** The plan of the last run stands again, and what completed under it: paid then, so it costs nothing now. */
export function resumed(state: Closed, { runNo, kept }: WorkflowEventOf<'RetryRequested'>): AwaitingApproval {
  const { created, plan, planHash, plannedIn = state.runNo } = state;
  const before = stepsOf(state);
  const steps: Record<string, Kept[string]> = {};
  for (const [index, { stepId, runNo: of }] of kept.entries()) {
    const { payment: _payment, ...done } = before[stepId] as Kept[string];
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

export function close(state: WorkflowState, event: WorkflowEventOf<'RunClosed'>): Closed {
  const { created, failure } = state as Existing & WorkflowState;
  const executed = 'steps' in state ? state : undefined;
  const result = executed?.result;
  return {
    status: 'closed',
    created,
    runNo: event.runNo,
    outcome: event.outcome,
    ...(event.rollback !== 'none' && { rollback: event.rollback }),
    ...('undos' in state && { undos: state.undos }),
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
