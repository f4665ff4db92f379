import type { ChildOutcome } from '../../events/child.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import { childOf } from './children.js';
import type { ReportChild } from './commands.js';
import { evolve } from './evolve.js';
import { attemptFailed } from './failing.js';
import { isRunning, type Running, type WorkflowState } from './state.js';

/**
 * The workflow a step waits for is over. One that completed gives what the step gives: who can open it goes on with
 * it. Any other end is the failure of the attempt. An end that nobody waits for any more changes nothing.
 */
export function reportChild(command: ReportChild, state: WorkflowState): WorkflowEvent[] {
  const { runNo, stepId, attempt, childId, outcome, cost, at } = command;
  const step = isRunning(state) && state.runNo === runNo ? state.steps[stepId] : undefined;
  if (!step || childOf(step) !== childId) return [];
  const closed: WorkflowEvent = {
    type: 'ChildClosed',
    v: 1,
    runNo,
    stepId,
    attempt,
    childId,
    outcome,
    cost: `${cost}`,
    closedAt: at,
    ...(command.undo !== undefined && { undo: `${command.undo}` }),
    ...(command.lasting && { lasting: true }),
  };
  if (outcome === 'completed') return [closed];
  const message = command.message ?? `Its workflow ${childId} ${ENDS[outcome]}.`;
  const error = { code: CODES[outcome], message, kind: 'terminal' } as const;
  const failed = { type: 'FailStep', at, runNo, stepId, attempt, error, random: 0 } as const;
  return [closed, ...attemptFailed(failed, evolve(state, closed) as Running)];
}

type Unhappy = Exclude<ChildOutcome, 'completed'>;

const CODES: Readonly<Record<Unhappy, string>> = {
  failed: 'CHILD_FAILED',
  cancelled: 'CHILD_CANCELLED',
  expired: 'CHILD_EXPIRED',
  refused: 'CHILD_REFUSED',
};

const ENDS: Readonly<Record<Unhappy, string>> = {
  failed: 'failed',
  cancelled: 'was cancelled',
  expired: 'was not approved in time',
  refused: 'was not begun',
};
