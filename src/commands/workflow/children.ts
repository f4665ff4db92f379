import type { WorkflowEvent } from '../../events/workflow.js';
import type { StepState } from './state.js';

/** The workflow that a step waits for. */
export const childOf = (step: StepState): string | undefined =>
  step.status === 'sleeping' ? step.child : undefined;

/** What a step waited for has ended well, and only its result is still to be taken over. */
export const hasChildResult = (step: StepState): boolean =>
  step.status === 'scheduled' && step.child !== undefined;

export const dismissed = (
  runNo: number,
  stepId: string,
  attempt: number,
  childId: string,
): WorkflowEvent => ({
  type: 'ChildDismissed',
  v: 1,
  runNo,
  stepId,
  attempt,
  childId,
});
