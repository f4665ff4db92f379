import type { PlanStep } from '../../events/plan.js';
import type { WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import type { SendSignal } from './commands.js';
import { requireOwnedBy } from './pausing.js';
import { wrongState } from './refusals.js';
import type { AwaitingApproval, Executing, Running, StepState, WorkflowState } from './state.js';

/**
 * A signal is kept until a step that waits for its name takes it, the first that came first; no more are kept than
 * there are steps to take them. While the run is paused, what it is told is recorded.
 */
export function sendSignal(command: SendSignal, state: WorkflowState): WorkflowEvent[] {
  const { by, at, runNo, signalId, name, payload } = command;
  requireOwnedBy(by, state, 'signal');
  if (!isListening(state) || state.runNo !== runNo)
    throw wrongState(state, 'only one that waits for its approval, executes or is paused hears a signal');
  if (state.signals?.[signalId]) return [];
  requireAwaited(name, state);
  const received: WorkflowEvent = {
    type: 'SignalReceived',
    v: 1,
    runNo,
    signalId,
    name,
    payload,
    by,
    receivedAt: at,
  };
  const step = state.status === 'awaiting_approval' ? undefined : sleeperOf(name, state);
  return step ? [received, signalled(state, step.id, step.attempt, signalId)] : [received];
}

/** What a step that begins to wait need not wait for: it has come already. */
export function keptSignal(name: string, { signals = {} }: Running): string | undefined {
  return Object.entries(signals).find(([, signal]) => signal.name === name && !signal.takenBy)?.[0];
}

export const signalled = (
  { runNo }: { readonly runNo: number },
  stepId: string,
  attempt: number,
  signalId: string,
): WorkflowEvent => ({ type: 'StepSignalled', v: 1, runNo, stepId, attempt, signalId });

type Listening = AwaitingApproval | Extract<Running, { readonly status: 'executing' | 'paused' }>;

const isListening = (state: WorkflowState): state is Listening =>
  state.status === 'awaiting_approval' || state.status === 'executing' || state.status === 'paused';

/** @throws Refusal SIGNAL_UNKNOWN, or SIGNAL_NOT_AWAITED when every step for that name has one */
function requireAwaited(name: string, state: Listening): void {
  const steps = state.plan.steps.filter((step) => step.signal);
  const its = steps.filter((step) => step.signal!.name === name);
  if (its.length === 0)
    throw new Refusal('SIGNAL_UNKNOWN', `No step of this plan waits for a signal ${name}.`, {
      name,
      names: [...new Set(steps.map((step) => step.signal!.name))],
    });
  const open = its.filter((step) => takesOne(step, state)).length;
  const kept = Object.values(state.signals ?? {}).filter(
    (signal) => signal.name === name && !signal.takenBy,
  ).length;
  if (kept >= open)
    throw new Refusal('SIGNAL_NOT_AWAITED', `Every step that waits for a signal ${name} has one.`, {
      name,
      waiting: open,
      kept,
      awaited: [
        ...new Set(steps.filter((step) => takesOne(step, state)).map((step) => step.signal!.name)),
      ].filter((other) => other !== name),
    });
}

const OPEN: readonly StepState['status'][] = ['waiting', 'confirming', 'sleeping', 'retrying', 'held'];

/** Whether the step may still take a signal. */
function takesOne({ id }: PlanStep, state: Listening): boolean {
  if (state.status === 'awaiting_approval') return state.kept?.[id] === undefined;
  const step = state.steps[id]!;
  return OPEN.includes(step.status) || (step.status === 'scheduled' && step.signalId === undefined);
}

/** The first step of the plan that waits for this name. */
function sleeperOf(name: string, { plan, steps }: Pick<Executing, 'plan' | 'steps'>) {
  for (const { id, signal } of plan.steps) {
    const step = signal?.name === name ? steps[id] : undefined;
    if (step?.status === 'sleeping') return { id, attempt: step.attempt };
  }
  return undefined;
}
