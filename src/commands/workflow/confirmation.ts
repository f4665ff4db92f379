import type { WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import { then } from './advance.js';
import type { ConfirmStep, DeclineStep, ExpireConfirmation } from './commands.js';
import { evolve } from './evolve.js';
import { ending, isDispensable } from './failing.js';
import { wrongState } from './refusals.js';
import type { Executing, Paused, StepState, WorkflowState } from './state.js';

/** T43: the step goes on as any other. */
export function confirmStep(command: ConfirmStep, state: WorkflowState): WorkflowEvent[] {
  const { stepId, by, at } = command;
  requireOwner(by, state);
  if (wasConfirmed(command, state)) return [];
  const run = asked(command, state);
  if (at > run.expiresAt) throw wrongState(state, `the question about ${stepId} expired at ${run.expiresAt}`);
  const { runNo } = command;
  return then([{ type: 'StepConfirmed', v: 1, runNo, stepId, by, confirmedAt: at }], run.state, at);
}

/** T43: the step fails, and the run with it unless it can do without (T18, T19). */
export function declineStep(command: DeclineStep, state: WorkflowState): WorkflowEvent[] {
  const { stepId, by, at } = command;
  requireOwner(by, state);
  if (wasDeclined(command, state)) return [];
  const { state: run } = asked(command, state);
  return refused(run, stepId, { reason: 'declined', by }, at);
}

/** Nobody answered in time. */
export function expireConfirmation(command: ExpireConfirmation, state: WorkflowState): WorkflowEvent[] {
  const { stepId, runNo, at } = command;
  if ((state.status !== 'executing' && state.status !== 'paused') || state.runNo !== runNo) return [];
  const step = state.steps[stepId];
  if (step?.status !== 'confirming') return [];
  if (at < step.expiresAt)
    throw wrongState(state, `the question about ${stepId} stands until ${step.expiresAt}`);
  return refused(state, stepId, { reason: 'expired' }, at);
}

function refused(
  run: Executing | Paused,
  stepId: string,
  why: { readonly reason: 'declined' | 'expired'; readonly by?: string },
  at: string,
): WorkflowEvent[] {
  const { runNo } = run;
  const message = why.reason === 'declined' ? 'The owner declined it.' : 'Nobody confirmed it in time.';
  const error = { code: 'DECLINED', message, kind: 'terminal' } as const;
  const declined: WorkflowEvent = {
    type: 'StepConfirmationDeclined',
    v: 1,
    runNo,
    stepId,
    ...why,
    declinedAt: at,
  };
  const failure = { runNo, stepId, attempt: 1, error, at };
  if (isDispensable(run, stepId))
    return then([declined, { type: 'StepFailed', v: 1, stepId, attempt: 1, error }], run, at);
  // while it is paused it is recorded, and means what it means when the run goes on
  if (run.status === 'paused')
    return [declined, { type: 'StepHeld', v: 1, runNo, stepId, attempt: 1, error }];
  return [declined, ...ending(failure, evolve(run, declined) as Executing)];
}

function requireOwner(by: string, state: WorkflowState): void {
  if (state.status !== 'none' && by !== state.created.userId)
    throw new Refusal('FORBIDDEN', 'Only the owner of a workflow can confirm its steps.');
}

/** @throws Refusal WRONG_STATE unless the step waits for an answer */
function asked({ runNo, stepId }: ConfirmStep | DeclineStep, state: WorkflowState) {
  if ((state.status !== 'executing' && state.status !== 'paused') || state.runNo !== runNo)
    throw wrongState(state, 'only a step of one that executes can be confirmed or declined');
  const step = state.steps[stepId];
  if (step?.status !== 'confirming') throw wrongState(state, `its step ${stepId} waits for no confirmation`);
  return { state, expiresAt: step.expiresAt };
}

const stepOf = ({ runNo, stepId }: ConfirmStep | DeclineStep, state: WorkflowState): StepState | undefined =>
  'steps' in state && state.runNo === runNo ? state.steps[stepId] : undefined;

/** A step that asks is past asking only when it was told yes. */
function wasConfirmed(command: ConfirmStep, state: WorkflowState): boolean {
  const step = stepOf(command, state);
  if (!step || !('plan' in state)) return false;
  const planned = state.plan?.steps.find(({ id }) => id === command.stepId);
  if (!planned?.requiresConfirmation || !('approval' in state) || !state.approval.automatic) return false;
  return step.status === 'waiting'
    ? step.confirmed === true
    : ['scheduled', 'running', 'retrying', 'completed'].includes(step.status);
}

function wasDeclined(command: DeclineStep, state: WorkflowState): boolean {
  const step = stepOf(command, state);
  return step?.status === 'failed' && step.error.code === 'DECLINED';
}
