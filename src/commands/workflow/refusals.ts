import { Refusal } from '../../kernel/errors.js';
import type { WorkflowState } from './state.js';

export const wrongState = (state: WorkflowState, wanted: string): Refusal =>
  new Refusal('WRONG_STATE', `The workflow is ${statusWord(state)}; ${wanted}.`, {
    status: statusWord(state),
  });

export const notFound = (): Refusal => new Refusal('NOT_FOUND', 'There is no such workflow.');

const statusWord = (state: WorkflowState): string =>
  state.status === 'closed'
    ? state.outcome
    : state.status === 'none'
      ? 'unknown'
      : state.status.replace('_', ' ');
