import { workflow } from '../commands/workflow/decide.js';
import { requireOwner } from '../identity/ownership.js';
import { Refusal } from '../kernel/errors.js';
import type { Position } from '../kernel/event.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type Caller, contextOf, requireSeen } from './caller.js';

export interface StepAnswered {
  readonly revision: number;
  readonly position: Position | undefined;
}

/**
 * What the owner says of a step that waits for a word.
 * @throws Refusal NOT_FOUND, or WRONG_STATE unless the step waits for it
 */
export async function answerStep(
  { dispatch, clock }: { readonly dispatch: Dispatch; readonly clock: Clock },
  caller: Caller,
  workflowId: string,
  stepId: string,
  decision: 'confirm' | 'decline',
): Promise<StepAnswered> {
  const { state, revision: current } = await dispatch.load(workflow, workflowId);
  requireOwner(caller.principal, state.status === 'none' ? undefined : state.created.userId, 'workflow');
  requireSeen(caller, current);
  const plan = 'plan' in state ? state.plan : undefined;
  if (plan && !plan.steps.some(({ id }) => id === stepId))
    throw new Refusal('NOT_FOUND', 'The workflow has no such step.', { stepId });
  const { revision, position } = await dispatch.send(
    workflow,
    workflowId,
    {
      type: decision === 'confirm' ? 'ConfirmStep' : 'DeclineStep',
      at: isoTime(clock.now()),
      by: caller.principal.userId,
      runNo: state.status === 'none' ? 1 : state.runNo,
      stepId,
    },
    contextOf(caller, `${decision} ${stepId}`, workflowId),
  );
  return { revision, position };
}
