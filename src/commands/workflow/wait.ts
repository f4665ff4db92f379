import type { WorkflowEvent } from '../../events/workflow.js';
import { proceed } from './advance.js';
import type { StartWait, WakeStep } from './commands.js';
import { evolve } from './evolve.js';
import { failStep } from './execution.js';
import type { Executing, WorkflowState } from './state.js';

/**
 * A step begins to wait: nobody works on it, it takes no place among the steps in flight, and a timer ends it. One
 * that begun before or was given up meanwhile is not begun again; one that would outlive the run fails at once.
 */
export function startWait(command: StartWait, state: WorkflowState): WorkflowEvent[] {
  const { runNo, stepId, attempt, until, at } = command;
  // while it is paused, what is in flight is recorded
  if ((state.status !== 'executing' && state.status !== 'paused') || state.runNo !== runNo) return [];
  const step = state.steps[stepId];
  if (step?.status !== 'scheduled' || step.attempt !== attempt) return [];
  if (until > state.deadline) {
    const message = `The wait would end at ${until}, after the deadline of the run, ${state.deadline}.`;
    const error = { code: 'WAIT_TOO_LONG', message, kind: 'terminal' } as const;
    return failStep({ type: 'FailStep', at, runNo, stepId, attempt, error, random: 0 }, state);
  }
  const { output, inputHash, outputHash, startedAt } = command;
  const content = { output, inputHash, outputHash, startedAt };
  return then({ type: 'StepWaitStarted', v: 1, runNo, stepId, attempt, until, ...content }, state, at);
}

/** The time has come. The timer of a step that waits no longer changes nothing. */
export function wakeStep({ runNo, stepId, attempt, at }: WakeStep, state: WorkflowState): WorkflowEvent[] {
  const step = 'steps' in state && state.runNo === runNo ? state.steps[stepId] : undefined;
  if (step?.status !== 'sleeping' || step.attempt !== attempt || at < step.until) return [];
  const now = state as Executing;
  const { output, inputHash, outputHash, startedAt } = step;
  const content = { output, inputHash, outputHash, cost: '0', startedAt, completedAt: at };
  return then({ type: 'StepCompleted', v: 1, stepId, attempt, seq: now.seq + 1, ...content }, now, at);
}

const then = (event: WorkflowEvent, state: WorkflowState, at: string): WorkflowEvent[] => [
  event,
  ...proceed(evolve(state, event) as Executing, at),
];
