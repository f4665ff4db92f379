import { Refusal } from '../../kernel/errors.js';
import type { Executing, WorkflowState } from './state.js';

/** Says what the workflow is, why that does not do, and what may be asked of it instead. */
export const wrongState = (state: WorkflowState, wanted: string, asked?: string): Refusal =>
  new Refusal('WRONG_STATE', `The workflow is ${statusWord(state)}; ${wanted}.`, {
    status: statusWord(state),
    ...(asked !== undefined && { asked }),
    allowed: allowedIn(state),
  });

/** The same refusal, with what was asked: where it is thrown, only the rule that was broken is known. */
export const whenAsked = (error: unknown, command: { readonly type: string }): unknown =>
  error instanceof Refusal && 'allowed' in error.figures && !('asked' in error.figures)
    ? new Refusal(
        error.code,
        error.message,
        { ...error.figures, asked: CALLS[command.type] ?? command.type },
        error.kind,
      )
    : error;

/** Commands of owners and operators, as they are called. */
const CALLS: Readonly<Record<string, string>> = {
  Approve: 'approve',
  CancelWorkflow: 'cancel',
  PauseExecution: 'pause',
  ResumeExecution: 'resume',
  RetryWorkflow: 'retry',
  RateWorkflow: 'rating',
  ConfirmStep: 'confirm',
  SendSignal: 'signal',
  DeclineStep: 'decline',
  RetryCompensation: 'compensation/retry',
  ResolveCompensation: 'compensation/resolve',
};

function allowedIn(state: WorkflowState): readonly string[] {
  switch (state.status) {
    case 'planning':
    case 'approved':
      return ['cancel'];
    case 'awaiting_approval':
      return ['approve', 'cancel'];
    case 'executing':
      return isAsking(state) ? ['confirm', 'decline', 'pause', 'cancel'] : ['pause', 'cancel'];
    case 'paused':
      return [state.request ? 'approve' : 'resume', 'cancel'];
    case 'compensation_failed':
      return state.resolved ? [] : ['compensation/retry', 'compensation/resolve'];
    case 'closed':
      return CLOSED[state.outcome];
    default:
      return [];
  }
}

const isAsking = ({ steps }: Executing): boolean =>
  Object.values(steps).some(({ status }) => status === 'confirming');

const CLOSED = { completed: ['rating'], failed: ['retry'], expired: ['retry'], cancelled: [] } as const;

export const notFound = (): Refusal => new Refusal('NOT_FOUND', 'There is no such workflow.');

const statusWord = (state: WorkflowState): string =>
  state.status === 'closed'
    ? state.outcome
    : state.status === 'none'
      ? 'unknown'
      : state.status.replace('_', ' ');
