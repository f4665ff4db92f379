import type { WorkflowEvent } from '../../events/workflow.js';
import { evolveCompensation } from './compensation.js';
import type { StepRow, WorkflowRow } from './schema.js';

/** A step of which nothing has happened yet: it has no row. */
export const pendingStep = (
  { workflow_id, run_no }: Pick<WorkflowRow, 'workflow_id' | 'run_no'>,
  stepId: string,
): StepRow => ({
  workflow_id,
  run_no,
  step_id: stepId,
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

export function evolveStep(step: StepRow, event: WorkflowEvent): StepRow {
  switch (event.type) {
    case 'StepConfirmationRequested':
      return { ...step, status: 'awaiting_confirmation', confirm_by: event.expiresAt };
    case 'StepConfirmed':
      return { ...step, status: 'pending', confirm_by: null };
    case 'StepConfirmationDeclined':
      return { ...step, confirm_by: null };
    case 'StepScheduled':
      // the first attempt is scheduled a moment before it starts: a write that nobody would miss
      if (event.attempt === 1) return step;
      return { ...step, status: 'scheduled', attempt: event.attempt, retry_at: null };
    case 'StepStarted':
      return {
        ...step,
        status: 'running',
        attempt: event.attempt,
        worker: event.worker,
        started_at: event.startedAt,
      };
    case 'StepWaitStarted': {
      const { attempt, startedAt, until, child: child_id = null } = event;
      return { ...step, status: 'waiting', attempt, started_at: startedAt, retry_at: until, child_id };
    }
    case 'StepSignalled':
      return { ...step, status: 'running', retry_at: null };
    case 'ChildClosed':
      return event.outcome === 'completed' ? { ...step, status: 'running', retry_at: null } : step;
    case 'StepCompleted':
      return {
        ...step,
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
        ...step,
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
      return { ...step, error: event.error };
    case 'StepRetryScheduled':
      return { ...step, status: 'waiting_retry', retry_at: event.at };
    case 'StepReassigned':
      return { ...step, status: 'held', service_id: event.to, retry_at: null };
    case 'PriceDriftDetected':
    case 'BudgetExhausted':
      return { ...step, status: 'held' };
    case 'StepHeld':
      return { ...step, status: 'held', error: event.error };
    case 'StepFailed':
      return { ...step, status: 'failed', error: event.error };
    case 'StepSkipped':
      return { ...step, status: 'skipped', skip_reason: event.reason };
    case 'StepCancelled':
      return { ...step, status: 'cancelled', confirm_by: null };
    default: {
      const compensation = evolveCompensation(step.compensation, event);
      return compensation === step.compensation ? step : { ...step, compensation };
    }
  }
}
