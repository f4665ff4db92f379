import type { PlanStep } from '../../events/plan.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import { LIMITS } from '../../kernel/limits.js';
import { plusMs } from '../../kernel/time.js';
import { askFor, mustAsk } from './asking.js';
import { closed } from './closing.js';
import { closeIfDrained, giveUp } from './ending.js';
import { evolve } from './evolve.js';
import { schedule } from './schedule.js';
import type { Approved, Draining, Executing, Running, StepState, WorkflowState } from './state.js';
import { whatToUndo } from './undoable.js';

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

/** What follows from the newest event: the next steps, or the end of the run. */
export function proceed(state: Running, at: string): WorkflowEvent[] {
  if (state.status === 'paused') return []; // T14: recorded only
  return state.status === 'draining' ? closeIfDrained(state, at) : advance(state, at);
}

/** These events, and what follows from them. */
export function then(
  events: readonly WorkflowEvent[],
  state: Running,
  at: string,
  next: (state: Running) => readonly WorkflowEvent[] = (after) => proceed(after, at),
): WorkflowEvent[] {
  return [...events, ...next(events.reduce(evolve, state as WorkflowState) as Running)];
}

export function advance(state: Executing, at: string): WorkflowEvent[] {
  const last = state.plan.steps.at(-1)!;
  const assembled = state.steps[last.id]!;
  if (assembled.status === 'completed') {
    const partial = Object.values(state.steps).some((step) => step.status === 'failed');
    const totalCost = state.spent;
    return [
      { type: 'ResultAssembled', v: 1, output: assembled.output, outputHash: assembled.outputHash },
      { type: 'WorkflowCompleted', v: 1, totalCost: `${totalCost}`, partial, completedAt: at },
      {
        ...closed(state, { outcome: 'completed', totalCost, at, holdId: state.approval.holdId }),
        ...(state.created.parent && forItsParent(state)),
      },
    ];
  }
  const { plan, steps, approval } = state;
  const asks = (step: PlanStep, its: StepState) => mustAsk(step, its, approval);
  const { ready, asking, skipped } = schedule(plan.steps, steps, LIMITS.concurrentSteps, asks);
  if (skipped.some(({ stepId }) => stepId === last.id)) return withoutResult(state, last.id, at);
  return [
    ...skipped.map(({ stepId, reason }, index): WorkflowEvent => {
      return { type: 'StepSkipped', v: 1, stepId, seq: state.seq + 1 + index, reason };
    }),
    ...ready.map((stepId) => scheduled(state, stepId, nextAttempt(state.steps[stepId]!), at)),
    ...asking.map((stepId) => askFor(state, stepId, at)),
  ];
}

/** So that it knows what it takes to undo it, and that it need not try where there is nothing. */
function forItsParent({ plan, steps }: Executing) {
  const { steps: undoable, price, isLasting } = whatToUndo(plan.steps, steps);
  return {
    ...(undoable.length > 0 && { undo: `${price}` }),
    ...(isLasting && { lasting: true as const }),
  };
}

const nextAttempt = (step: StepState): number => (step.status === 'held' ? step.attempt : 1);

export function scheduled(state: Executing, stepId: string, attempt: number, at: string): WorkflowEvent {
  const { kind, service, timeoutMs: given } = state.plan.steps.find((step) => step.id === stepId)!;
  // a person may have to be found who signs
  const signing =
    service && state.created.payer !== undefined && !state.created.delegated ? LIMITS.clientSignature : 0;
  const timeoutMs = given + signing;
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
