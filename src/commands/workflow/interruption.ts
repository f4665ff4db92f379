import type { EventOf } from '../../events/define.js';
import type { interruptionEvents } from '../../events/interruption.js';
import type { Approval, Executing, Paused, Round, Running, StepState } from './state.js';

type Interruption = EventOf<(typeof interruptionEvents)[number]>;

const FIRST_ROUND: Round = { from: 1, givenUp: [] };

export const roundOf = ({ rounds }: Pick<Running, 'rounds'>, stepId: string): Round =>
  rounds?.[stepId] ?? FIRST_ROUND;

/** What interruptions make of a run. */
export function evolveInterruption(state: Running, event: Interruption): Running {
  switch (event.type) {
    case 'StepReassigned': {
      const { stepId, attempt, from, to } = event;
      const givenUp = [...roundOf(state, stepId).givenUp, from];
      const rounds = { ...state.rounds, [stepId]: { from: attempt, service: to, givenUp } };
      return { ...held(state, stepId, attempt), rounds };
    }
    case 'PriceDriftDetected': {
      const { stepId, attempt, plan, planHash } = event;
      return { ...held(state, stepId, attempt + 1), offer: { plan, planHash } } as Running;
    }
    case 'BudgetExhausted': {
      const { stepId, attempt } = event;
      return stepId === undefined || attempt === undefined ? state : held(state, stepId, attempt + 1);
    }
    case 'StepHeld':
      return held(state, event.stepId, event.attempt + 1, { error: event.error });
    case 'ExecutionPaused': {
      const { reason, pausedAt } = event;
      return { ...state, status: 'paused', reason, pausedAt } as Paused;
    }
    case 'ExecutionResumed':
      return goneOn(state as Paused, event.deadline);
  }
}

function held<S extends Running>(
  state: S,
  stepId: string,
  attempt: number,
  why: Pick<StepState & { status: 'held' }, 'error'> = {},
): S {
  return { ...state, steps: { ...state.steps, [stepId]: { status: 'held', attempt, ...why } } };
}

/** What was held begins a new round of attempts: that it stopped was not for want of them, or was forgiven. */
function goneOn(state: Paused, deadline: string): Executing {
  const rounds: Record<string, Round> = { ...state.rounds };
  const steps: Record<string, StepState> = { ...state.steps };
  for (const [stepId, step] of Object.entries(state.steps)) {
    if (step.status === 'held') rounds[stepId] = { ...roundOf(state, stepId), from: step.attempt };
    // its timer may have run out meanwhile, and would not again
    if (step.status === 'held' || step.status === 'retrying')
      steps[stepId] = { status: 'held', attempt: step.attempt };
  }
  const renewed = Object.keys(rounds).length > 0 && { rounds };
  return { ...unpaused(state), status: 'executing', deadline, steps, ...renewed };
}

/** The run as it is without its pause. */
export function unpaused({ reason, pausedAt, request, offer, ...run }: Paused): Omit<Executing, 'status'> {
  return run;
}

/** What was offered is the plan from now on; the run goes on by an event of its own. */
export function reapproved(state: Paused, approval: Approval): Paused {
  const { request: _answered, offer, ...paused } = state;
  return { ...paused, ...offer, approval };
}
