import type { PaymentEvent } from '../../events/payment.js';
import type { PlanStep } from '../../events/plan.js';
import type { ReceiptEvent } from '../../events/receipt.js';
import type { WorkflowEvent, WorkflowEventOf } from '../../events/workflow.js';
import type { Json } from '../../kernel/canonical-json.js';
import { microsToUsdc } from '../../kernel/money.js';

/** What a client hears of an event (domain.md 11). Only clear fields: content of users never stands here. */
export interface WireEvent {
  readonly type: string;
  readonly data: { readonly [field: string]: Json };
}

export type TimelineEvent = WorkflowEvent | PaymentEvent | ReceiptEvent;

/** Amounts go out as the decimal number the seeds use and, exactly, as text. */
const money = <Name extends string>(name: Name, micros: string): Record<string, Json> => ({
  [name]: microsToUsdc(BigInt(micros)),
  [`${name}Micro`]: micros,
});

/** The event types a timeline is made of. */
export const wireTypes = [
  'PlanningStarted',
  'PlanProposed',
  'ApprovalRequested',
  'WorkflowApproved',
  'AutoApprovalDeclined',
  'ApprovalExpired',
  'ExecutionStarted',
  'StepKept',
  'StepConfirmationRequested',
  'StepConfirmed',
  'StepConfirmationDeclined',
  'StepStarted',
  'StepWaitStarted',
  'SignalReceived',
  'StepSignalled',
  'ChildClosed',
  'ChildDismissed',
  'StepCompleted',
  'StepRetryScheduled',
  'StepFailed',
  'StepSkipped',
  'StepCancelled',
  'CancellationRequested',
  'WorkflowCompleted',
  'WorkflowFailed',
  'WorkflowCancelled',
  'RunClosed',
  'RetryRequested',
  'StepReassigned',
  'PriceDriftDetected',
  'BudgetExhausted',
  'StepHeld',
  'ExecutionPaused',
  'ExecutionResumed',
  'RollbackRequested',
  'CompensationStarted',
  'StepCompensated',
  'CompensationCompleted',
  'CompensationFailed',
  'CompensationRestarted',
  'CompensationResolved',
  'PaymentSignatureRequested',
  'PaymentSubmitted',
  'PaymentConfirmed',
  'PaymentFailed',
  'ReceiptIssued',
  'WorkflowProofGenerated',
  'ReceiptRevoked',
] as const satisfies readonly TimelineEvent['type'][];

/** @param subject id of the stream the event stands in */
export function wireEvent(event: TimelineEvent, subject: string): WireEvent | undefined {
  return (
    workflowWire(event as WorkflowEvent) ??
    stepWire(event as WorkflowEvent) ??
    interruptionWire(event as WorkflowEvent) ??
    rollbackWire(event as WorkflowEvent) ??
    otherWire(event, subject)
  );
}

function workflowWire(event: WorkflowEvent): WireEvent | undefined {
  switch (event.type) {
    case 'PlanningStarted':
      return { type: 'workflow.planning', data: { runNo: event.runNo } };
    case 'PlanProposed':
      return { type: 'workflow.plan_ready', data: proposed(event) };
    case 'ApprovalRequested': {
      const { requestId, reason, expiresAt } = event;
      return { type: 'workflow.awaiting_approval', data: { requestId, reason, expiresAt } };
    }
    case 'WorkflowApproved': {
      const { requestId, planHash, automatic, mandateId } = event;
      return {
        type: 'workflow.approved',
        data: {
          ...{ requestId, planHash, automatic, ...money('budget', event.budget) },
          ...(mandateId !== undefined && { mandateId }),
        },
      };
    }
    case 'AutoApprovalDeclined': {
      const { requestId, mandateId, code, message, limit, asked } = event;
      const figures = { ...(limit && money('limit', limit)), ...(asked && money('asked', asked)) };
      return {
        type: 'workflow.auto_approval_declined',
        data: { requestId, mandateId, code, message, ...figures },
      };
    }
    case 'ApprovalExpired':
      return { type: 'workflow.approval_expired', data: { requestId: event.requestId } };
    case 'ExecutionStarted':
      return { type: 'workflow.executing', data: { startedAt: event.startedAt, deadline: event.deadline } };
    case 'CancellationRequested':
      return { type: 'workflow.cancelling', data: {} };
    case 'RetryRequested': {
      const { runNo, mode, kept, signals } = event;
      const data = { runNo, mode, kept: kept.map(({ stepId }) => stepId) };
      const carried = signals && { signals: signals.map(({ signalId }) => signalId) };
      return { type: 'workflow.retrying', data: { ...data, ...carried } };
    }
    default:
      return endingWire(event);
  }
}

function endingWire(event: WorkflowEvent): WireEvent | undefined {
  switch (event.type) {
    case 'WorkflowCompleted':
      return {
        type: 'workflow.completed',
        data: { partial: event.partial, ...money('totalCost', event.totalCost) },
      };
    case 'WorkflowFailed': {
      const { code, message, stepId = null, terminal } = event;
      return { type: 'workflow.failed', data: { code, message, stepId, terminal } };
    }
    case 'WorkflowCancelled':
      return {
        type: 'workflow.cancelled',
        data: { reason: event.reason, ...money('totalCost', event.totalCost) },
      };
    case 'RunClosed': {
      const { runNo, outcome, rollback } = event;
      return {
        type: 'workflow.closed',
        data: { runNo, outcome, rollback, ...money('totalCost', event.totalCost) },
      };
    }
    default:
      return undefined;
  }
}

function interruptionWire(event: WorkflowEvent): WireEvent | undefined {
  switch (event.type) {
    case 'StepReassigned': {
      const { stepId, attempt, from, to, code } = event;
      return { type: 'step.reassigned', data: { stepId, attempt, from, to, code } };
    }
    case 'PriceDriftDetected': {
      const { stepId, serviceId, planHash, approved, quoted } = event;
      const prices = { ...money('approved', approved), ...money('quoted', quoted) };
      return { type: 'workflow.price_drift', data: { stepId, serviceId, planHash, ...prices } };
    }
    case 'BudgetExhausted': {
      const { stepId = null, required, available } = event;
      const figures = { ...money('required', required), ...money('available', available) };
      return { type: 'workflow.funds_exhausted', data: { stepId, ...figures } };
    }
    case 'StepHeld': {
      const { stepId, attempt, error } = event;
      const { code, message } = error;
      return { type: 'step.held', data: { stepId, attempt, error: { code, message } } };
    }
    case 'ExecutionPaused':
      return { type: 'workflow.paused', data: { reason: event.reason, stepId: event.stepId ?? null } };
    case 'ExecutionResumed':
      return { type: 'workflow.resumed', data: { deadline: event.deadline } };
    default:
      return undefined;
  }
}

function rollbackWire(event: WorkflowEvent): WireEvent | undefined {
  switch (event.type) {
    case 'RollbackRequested': {
      const { runNo, undoes, parent, budget } = event;
      const { workflowId: parentWorkflowId, stepId } = parent;
      const data = { runNo, undoes, parentWorkflowId, stepId, ...money('budget', budget) };
      return { type: 'workflow.rollback_requested', data };
    }
    case 'CompensationStarted':
      return { type: 'workflow.rolling_back', data: { cause: event.cause, steps: event.steps } };
    case 'StepCompensated':
      return {
        type: 'step.compensated',
        data: {
          stepId: event.stepId,
          attempt: event.attempt,
          ...money('cost', event.cost),
          ...(event.payment && { paymentId: event.payment.paymentId, signature: event.payment.signature }),
          ...(event.resolved && { resolved: true }),
        },
      };
    case 'CompensationCompleted':
      return { type: 'workflow.rolled_back', data: { rollback: event.rollback } };
    case 'CompensationFailed':
      return { type: 'workflow.rollback_failed', data: { steps: event.steps } };
    case 'CompensationRestarted':
      return { type: 'workflow.rollback_retried', data: {} };
    case 'CompensationResolved':
      return { type: 'workflow.rolled_back', data: { rollback: 'resolved' } };
    default:
      return undefined;
  }
}

function stepWire(event: WorkflowEvent): WireEvent | undefined {
  switch (event.type) {
    case 'StepConfirmationRequested':
      return {
        type: 'step.confirmation_requested',
        data: { stepId: event.stepId, expiresAt: event.expiresAt },
      };
    case 'StepConfirmed':
      return { type: 'step.confirmed', data: { stepId: event.stepId } };
    case 'StepConfirmationDeclined':
      return { type: 'step.declined', data: { stepId: event.stepId, reason: event.reason } };
    case 'StepKept':
      return { type: 'step.kept', data: { stepId: event.stepId, from: { ...event.from } } };
    case 'StepStarted':
      return { type: 'step.started', data: { stepId: event.stepId, attempt: event.attempt } };
    case 'StepWaitStarted': {
      const { stepId, attempt, until, signal, child } = event;
      const its = { ...(signal && { signal }), ...(child && { childWorkflowId: child }) };
      return { type: 'step.waiting', data: { stepId, attempt, until, ...its } };
    }
    case 'SignalReceived':
      return { type: 'workflow.signal', data: { name: event.name, signalId: event.signalId } };
    case 'StepSignalled': {
      const { stepId, attempt, signalId } = event;
      return { type: 'step.signalled', data: { stepId, attempt, signalId } };
    }
    case 'ChildClosed': {
      const { stepId, attempt, childId: childWorkflowId, outcome, cost } = event;
      const data = { stepId, attempt, childWorkflowId, outcome, ...money('cost', cost) };
      return { type: 'step.child_closed', data };
    }
    case 'ChildDismissed': {
      const { stepId, attempt, childId: childWorkflowId } = event;
      return { type: 'step.child_dismissed', data: { stepId, attempt, childWorkflowId } };
    }
    case 'StepCompleted':
      return { type: 'step.completed', data: completed(event) };
    case 'StepRetryScheduled':
      return { type: 'step.retrying', data: { stepId: event.stepId, attempt: event.attempt, at: event.at } };
    case 'StepFailed': {
      const { code, message } = event.error;
      return {
        type: 'step.failed',
        data: { stepId: event.stepId, attempt: event.attempt, error: { code, message } },
      };
    }
    case 'StepSkipped':
      return { type: 'step.skipped', data: { stepId: event.stepId, reason: event.reason } };
    case 'StepCancelled':
      return { type: 'step.cancelled', data: { stepId: event.stepId, attempt: event.attempt } };
    default:
      return undefined;
  }
}

function otherWire(event: TimelineEvent, subject: string): WireEvent | undefined {
  switch (event.type) {
    case 'PaymentSignatureRequested': {
      const { attempt, stepId, payer, payTo, header, signBefore, amount } = event;
      return {
        type: 'payment.signature_requested',
        data: {
          paymentId: subject,
          attempt,
          stepId,
          payer,
          payTo,
          signBefore,
          header,
          ...money('amount', amount),
        },
      };
    }
    case 'PaymentSubmitted':
      return { type: 'payment.submitted', data: { paymentId: subject, attempt: event.attempt } };
    case 'PaymentConfirmed':
      return {
        type: 'payment.confirmed',
        data: { paymentId: subject, signature: event.signature, ...money('amount', event.amount) },
      };
    case 'PaymentFailed':
      return {
        type: 'payment.failed',
        data: { paymentId: subject, code: event.code, message: event.message },
      };
    case 'ReceiptIssued': {
      const { receiptId, runNo, outcome, level } = event;
      return { type: 'receipt.issued', data: { receiptId, runNo, outcome, level } };
    }
    case 'ReceiptRevoked':
      return { type: 'receipt.revoked', data: { receiptId: subject, reason: event.reason } };
    case 'WorkflowProofGenerated': {
      const { circuitId, circuitVersion, keyKind, provingMs } = event;
      return {
        type: 'receipt.proven',
        data: { receiptId: subject, circuitId, circuitVersion, keyKind, provingMs },
      };
    }
    default:
      return undefined;
  }
}

const completed = (event: WorkflowEventOf<'StepCompleted'>): WireEvent['data'] => ({
  stepId: event.stepId,
  attempt: event.attempt,
  timeMs: Date.parse(event.completedAt) - Date.parse(event.startedAt),
  ...money('cost', event.cost),
  ...(event.branch && { branch: event.branch }),
  ...(event.payment && { paymentId: event.payment.paymentId, signature: event.payment.signature }),
});

const proposed = ({
  plan,
  planHash,
  planner,
  runNo,
}: WorkflowEventOf<'PlanProposed'>): WireEvent['data'] => ({
  runNo,
  planHash,
  planner,
  steps: plan.steps.map(stepInPlan),
  ...money('estimatedCost', plan.totals.estimatedCost),
  ...money('maxCost', plan.totals.maxCost),
  estimatedTime: plan.totals.criticalPathTime,
});

const stepInPlan = (step: PlanStep): Json => ({
  id: step.id,
  kind: step.kind,
  name: step.name,
  dependencies: step.dependencies,
  ...(step.alternatives && { alternatives: step.alternatives.map(({ service }) => service.id) }),
  ...(step.service && { serviceId: step.service.id, serviceName: step.service.name }),
});
