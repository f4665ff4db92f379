import type { WorkflowEvent } from '../../events/workflow.js';
import { evolveCompensation } from './compensation.js';
import type { StepRow } from './schema.js';

/** A step of which nothing has happened yet: it has no row. */
export const pendingStep = (workflow_id: string, run_no: number, step_id: string): StepRow => ({
  workflow_id,
  run_no,
  step_id,
  revision: -1,
  status: 'pending',
  attempt: 0,
  worker: null,
  service_id: null,
  child_id: null,
  started_at: null,
  completed_at: null,
  retry_at: null,
  confirm_by: null,
  cost: '0',
  output: null,
  input_hash: null,
  output_hash: null,
  payment: null,
  branch: null,
  skip_reason: null,
  error: null,
  compensation: null,
});

/** @returns undefined when the event says nothing of its row */
export function changeOfStep(step: StepRow | undefined, event: WorkflowEvent): Partial<StepRow> | undefined {
  switch (event.type) {
    case 'StepConfirmationRequested':
      return { status: 'awaiting_confirmation', confirm_by: event.expiresAt };
    case 'StepConfirmed':
      return { status: 'pending', confirm_by: null };
    case 'StepConfirmationDeclined':
      return { confirm_by: null };
    case 'StepScheduled':
      // the first attempt is scheduled a moment before it starts: a write that nobody would miss
      if (event.attempt === 1) return undefined;
      return { status: 'scheduled', attempt: event.attempt, retry_at: null };
    case 'StepStarted':
      return {
        status: 'running',
        attempt: event.attempt,
        worker: event.worker,
        started_at: event.startedAt,
      };
    case 'StepWaitStarted': {
      const { attempt, startedAt, until, child: child_id = null } = event;
      return { status: 'waiting', attempt, started_at: startedAt, retry_at: until, child_id };
    }
    case 'StepSignalled':
      return { status: 'running', retry_at: null };
    case 'ChildClosed':
      return event.outcome === 'completed' ? { status: 'running', retry_at: null } : undefined;
    case 'StepCompleted':
      return {
        status: 'completed',
        retry_at: null,
        attempt: event.attempt,
        started_at: event.startedAt,
        completed_at: event.completedAt,
        cost: event.cost,
        output: event.output,
        input_hash: event.inputHash,
        output_hash: event.outputHash,
        payment: event.payment ?? null,
        branch: event.branch ?? null,
        error: null,
      };
    case 'StepKept':
      return {
        status: 'completed',
        attempt: event.attempt,
        started_at: event.startedAt,
        completed_at: event.completedAt,
        output: event.output,
        input_hash: event.inputHash,
        output_hash: event.outputHash,
        branch: event.branch ?? null,
      };
    case 'StepAttemptFailed':
      return { error: event.error };
    case 'StepRetryScheduled':
      return { status: 'waiting_retry', retry_at: event.at };
    case 'StepReassigned':
      return { status: 'held', service_id: event.to, retry_at: null };
    case 'PriceDriftDetected':
    case 'BudgetExhausted':
      return { status: 'held' };
    case 'StepHeld':
      return { status: 'held', error: event.error };
    case 'StepFailed':
      return { status: 'failed', error: event.error };
    case 'StepSkipped':
      return { status: 'skipped', skip_reason: event.reason };
    case 'StepCancelled':
      return { status: 'cancelled', confirm_by: null };
    default: {
      const before = step?.compensation ?? null;
      const compensation = evolveCompensation(before, event);
      return compensation === before ? undefined : { compensation };
    }
  }
}
