import type { WorkflowEvent } from '../../events/workflow.js';
import { childOf, dismissed, hasChildResult } from './children.js';
import { cancelled, closed } from './closing.js';
import type { CancelWorkflow, EndDrain, TimeOutWorkflow } from './commands.js';
import { beginCompensation } from './compensation.js';
import { evolve } from './evolve.js';
import { wrongState } from './refusals.js';
import {
  type Draining,
  type Executing,
  isUnderWay,
  type Paused,
  type StepState,
  type WorkflowState,
} from './state.js';

export function cancel(command: CancelWorkflow, state: WorkflowState): WorkflowEvent[] {
  const { at, by, reason } = command;
  switch (state.status) {
    case 'planning':
    case 'awaiting_approval':
    case 'approved':
      return cancelled(state, {
        totalCost: 0n,
        at,
        holdId: state.status === 'approved' ? state.approval.holdId : undefined,
      });
    case 'executing':
    case 'paused': {
      const requested: WorkflowEvent = {
        type: 'CancellationRequested',
        v: 1,
        runNo: state.runNo,
        by,
        ...(reason !== undefined && { reason }),
        ...(command.rollback === false && { rollback: false }),
      };
      return [requested, ...giveUp(evolve(state, requested) as Draining, at)];
    }
    case 'draining':
    case 'compensating':
    case 'compensation_failed':
      if (state.cause === 'cancel') return [];
      throw wrongState(state, 'it has failed already and is being brought to its end');
    case 'closed':
      if (state.outcome === 'cancelled') return [];
      throw wrongState(state, 'only an open workflow can be cancelled');
    default:
      throw wrongState(state, 'only an open workflow can be cancelled');
  }
}

/** T25: a question in the middle of a run is answered by nobody, which cancels it. */
export function unanswered(state: Paused, at: string): WorkflowEvent[] {
  const { runNo } = state;
  const event: WorkflowEvent = { type: 'CancellationRequested', v: 1, runNo, by: 'system', expired: true };
  return [event, ...giveUp(evolve(state, event) as Draining, at)];
}

export function timeOut(command: TimeOutWorkflow, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'executing' || state.runNo !== command.runNo || command.at < state.deadline) return [];
  const { deadline } = state;
  const events: WorkflowEvent[] = [
    { type: 'WorkflowTimedOut', v: 1, deadline },
    {
      type: 'WorkflowFailed',
      v: 1,
      runNo: state.runNo,
      code: 'TIMEOUT',
      message: `The run did not end by ${deadline}.`,
      terminal: false,
    },
  ];
  return [...events, ...giveUp(events.reduce(evolve, state) as Draining, command.at)];
}

export function endDrain(command: EndDrain, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'draining' || state.runNo !== command.runNo) return [];
  const events = cancelSteps(state, isUnderWay);
  return [...events, ...closeIfDrained(events.reduce(evolve, state) as Draining, command.at)];
}

/**
 * Nothing new starts: what waits for a worker, for its retry, for a person or for a time is cancelled, so that nobody
 * is paid for it any more; workflows of its own are, and waited for; and if nothing is running the run closes.
 */
export function giveUp(state: Draining, at: string): WorkflowEvent[] {
  const children = Object.entries(state.steps).flatMap(([stepId, step]) => {
    const child = childOf(step);
    return child && 'attempt' in step ? [dismissed(state.runNo, stepId, step.attempt, child)] : [];
  });
  const isGivenUp = (step: StepState) =>
    GIVEN_UP.includes(step.status) && childOf(step) === undefined && !hasChildResult(step);
  const events = [...children, ...cancelSteps(state, isGivenUp)];
  return [...events, ...closeIfDrained(events.reduce(evolve, state) as Draining, at)];
}

const GIVEN_UP: readonly StepState['status'][] = ['scheduled', 'retrying', 'held', 'confirming', 'sleeping'];

function cancelSteps(state: Draining, which: (step: Executing['steps'][string]) => boolean): WorkflowEvent[] {
  return Object.entries(state.steps).flatMap(([stepId, step]) =>
    which(step) && 'attempt' in step
      ? [
          {
            ...cancelledStep(stepId, step.attempt),
            ...(step.status === 'sleeping' && { waitOfRun: state.runNo }),
          },
        ]
      : [],
  );
}

const cancelledStep = (stepId: string, attempt: number) =>
  ({ type: 'StepCancelled', v: 1, stepId, attempt }) as const;

export function closeIfDrained(state: Draining, at: string): WorkflowEvent[] {
  if (Object.values(state.steps).some(isUnderWay)) return [];
  const compensation = beginCompensation(state, at);
  if (compensation.length > 0) return compensation;
  const { expired } = state;
  const end = { totalCost: state.spent, at, holdId: state.approval.holdId, expired };
  if (state.cause === 'cancel') return cancelled(state, end);
  return [{ type: 'RollbackNotNeeded', v: 1 }, closed(state, { ...end, outcome: 'failed' })];
}
