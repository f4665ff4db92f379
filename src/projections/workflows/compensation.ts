import type { WorkflowEvent } from '../../events/workflow.js';
import type { ErrorRecord } from '../../kernel/errors.js';
import type { MicrosText } from '../../kernel/money.js';

/** How far the undoing of one step is. */
export interface StepCompensation {
  readonly status: 'scheduled' | 'running' | 'waiting_retry' | 'completed' | 'failed';
  readonly attempt: number;
  readonly cost: MicrosText;
  readonly retryAt: string | null;
  readonly completedAt: string | null;
  readonly paymentId: string | null;
  readonly error: ErrorRecord | null;
}

const fresh = { cost: '0', retryAt: null, completedAt: null, paymentId: null, error: null } as const;

/** @returns `before` itself when the event says nothing of it */
export function evolveCompensation(
  before: StepCompensation | null,
  event: WorkflowEvent,
): StepCompensation | null {
  const error = before?.error ?? null;
  switch (event.type) {
    case 'StepCompensationScheduled':
      // the first attempt is scheduled a moment before it starts: a write that nobody would miss
      return event.attempt === 1 ? before : { ...fresh, status: 'scheduled', attempt: event.attempt, error };
    case 'StepCompensationStarted':
      return { ...fresh, status: 'running', attempt: event.attempt, error };
    case 'StepCompensated': {
      const { attempt, cost, completedAt, payment } = event;
      const paymentId = payment?.paymentId ?? null;
      return { ...fresh, status: 'completed', attempt, cost, completedAt, paymentId };
    }
    case 'StepCompensationRetryScheduled': {
      const { attempt, at } = event;
      return { ...fresh, status: 'waiting_retry', attempt, retryAt: at, error: event.error };
    }
    case 'StepCompensationFailed':
      return { ...fresh, status: 'failed', attempt: event.attempt, error: event.error };
    default:
      return before;
  }
}
