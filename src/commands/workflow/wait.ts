import type { WorkflowEvent } from '../../events/workflow.js';
import { proceed } from './advance.js';
import { dismissed } from './children.js';
import type { StartWait, WakeStep } from './commands.js';
import { evolve } from './evolve.js';
import { failStep } from './execution.js';
import { attemptFailed } from './failing.js';
import { keptSignal, signalled } from './signal.js';
import type { Executing, WorkflowState } from './state.js';

/**
 * A step begins to wait: nobody works on it, it takes no place among the steps in flight, and a timer ends it. One
 * that begun before or was given up meanwhile is not begun again; one that would outlive the run fails at once.
 */
export function startWait(command: StartWait, state: WorkflowState): WorkflowEvent[] {
  const { runNo, stepId, attempt, until, child, at } = command;
  // while it is paused, what is in flight is recorded
  if ((state.status !== 'executing' && state.status !== 'paused') || state.runNo !== runNo) return [];
  const step = state.steps[stepId];
  if (step?.status !== 'scheduled' || step.attempt !== attempt) return [];
  const signal = state.plan.steps.find(({ id }) => id === stepId)!.signal?.name;
  // who waits for a signal or another workflow is ended by the deadline like any other
  if (signal === undefined && child === undefined && until > state.deadline) {
    const message = `The wait would end at ${until}, after the deadline of the run, ${state.deadline}.`;
    const error = { code: 'WAIT_TOO_LONG', message, kind: 'terminal' } as const;
    return failStep({ type: 'FailStep', at, runNo, stepId, attempt, error, random: 0 }, state);
  }
  const { output, inputHash, outputHash, startedAt } = command;
  const content = { output, inputHash, outputHash, startedAt };
  const started = { type: 'StepWaitStarted', v: 1, runNo, stepId, attempt, until } as const;
  const kept = signal === undefined ? undefined : keptSignal(signal, state);
  return [
    ...then(
      {
        ...started,
        ...(signal !== undefined && { signal }),
        ...(child !== undefined && { child }),
        ...content,
      },
      state,
      at,
    ),
    ...(kept === undefined ? [] : [signalled(state, stepId, attempt, kept)]),
  ];
}

/** The time has come, perhaps without the signal. The timer of a step that waits no longer changes nothing. */
export function wakeStep({ runNo, stepId, attempt, at }: WakeStep, state: WorkflowState): WorkflowEvent[] {
  const step = 'steps' in state && state.runNo === runNo ? state.steps[stepId] : undefined;
  if (step?.status !== 'sleeping' || step.attempt !== attempt || at < step.until) return [];
  const now = state as Executing;
  const { signal } = now.plan.steps.find(({ id }) => id === stepId)!;
  const failed = (code: string, message: string) => {
    const error = { code, message, kind: 'terminal' } as const;
    return attemptFailed({ type: 'FailStep', at, runNo, stepId, attempt, error, random: 0 }, now);
  };
  if (signal?.onTimeout === 'fail')
    return failed('SIGNAL_TIMEOUT', `No signal ${signal.name} came until ${step.until}.`);
  if (step.child !== undefined)
    return [
      dismissed(runNo, stepId, attempt, step.child),
      ...failed('CHILD_TIMEOUT', `Its workflow ${step.child} did not end by ${step.until}.`),
    ];
  const { output, inputHash, outputHash, startedAt } = step;
  const content = { output, inputHash, outputHash, cost: '0', startedAt, completedAt: at };
  return then({ type: 'StepCompleted', v: 1, stepId, attempt, seq: now.seq + 1, ...content }, now, at);
}

const then = (event: WorkflowEvent, state: WorkflowState, at: string): WorkflowEvent[] => [
  event,
  ...proceed(evolve(state, event) as Executing, at),
];
