import type { WorkflowEvent } from '../../events/workflow.js';
import { Refusal } from '../../kernel/errors.js';
import type { RateWorkflow } from './commands.js';
import { wrongState } from './refusals.js';
import type { WorkflowState } from './state.js';

/** T39: the owner says what the result was worth; the newest word counts. */
export function rateWorkflow({ by, stars, comment }: RateWorkflow, state: WorkflowState): WorkflowEvent[] {
  if (state.status !== 'none' && by !== state.created.userId)
    throw new Refusal('FORBIDDEN', 'Only the owner of a workflow can rate it.');
  if (state.status !== 'closed' || state.outcome !== 'completed')
    throw wrongState(state, 'only one that completed can be rated');
  const { rating } = state;
  if (rating && rating.stars === stars && rating.comment?.data === comment?.data) return [];
  return [
    { type: 'WorkflowRated', v: 1, runNo: state.runNo, stars, ...(comment !== undefined && { comment }) },
  ];
}
