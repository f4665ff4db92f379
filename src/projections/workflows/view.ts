import type { WorkflowEvent, WorkflowEventOf } from '../../events/workflow.js';
import type { Recorded } from '../../kernel/event.js';
import type { ApprovalRow, StepRow, WorkflowRow } from './schema.js';
import { changeOfStep, pendingStep } from './steps.js';

/** Everything the read model says about one workflow, and which of its rows a batch has changed. */
export interface WorkflowView {
  readonly workflow: WorkflowRow;
  /** steps that something has happened to, by {@link stepKey} */
  readonly steps: Map<string, StepRow>;
  readonly approvals: Map<string, ApprovalRow>;
}

export const stepKey = (runNo: number, stepId: string): string => `${runNo} ${stepId}`;

/** Changes `view`, which belongs to the caller's batch: a run has some thirty events, and its row fifty columns. */
export function evolveView(
  view: WorkflowView | undefined,
  recorded: Recorded<WorkflowEvent>,
): WorkflowView | undefined {
  const { event, revision } = recorded;
  if (event.type === 'WorkflowCreated')
    return { workflow: createdRow(event, recorded), steps: new Map(), approvals: new Map() };
  if (!view) return undefined;
  const { occurredAt } = recorded.metadata;
  Object.assign(view.workflow, changeOf(event, view.workflow, occurredAt), {
    revision,
    updated_at: occurredAt,
  });
  if ('stepId' in event && event.stepId !== undefined) evolveSteps(view, event, event.stepId, revision);
  evolveApprovals(view, event, revision, occurredAt);
  return view;
}

function evolveSteps(
  { workflow, steps }: WorkflowView,
  event: WorkflowEvent,
  stepId: string,
  revision: number,
): void {
  // what is undone of an earlier run is shown with it
  const runNo = workflow.kept?.[stepId] ?? workflow.run_no;
  const key = stepKey(runNo, stepId);
  const known = steps.get(key);
  const change = changeOfStep(known, event);
  if (!change) return;
  const step = known ?? pendingStep(workflow.workflow_id, runNo, stepId);
  steps.set(key, Object.assign(step, change, { revision }));
}

function createdRow(
  event: WorkflowEventOf<'WorkflowCreated'>,
  { revision, metadata: { occurredAt } }: Recorded<WorkflowEvent>,
): WorkflowRow {
  return {
    ...NEW_ROW,
    workflow_id: event.workflowId,
    user_id: event.userId,
    revision,
    origin: event.origin,
    max_cost: event.maxCost,
    max_time: event.maxTime,
    level: event.verificationLevel,
    auto_approve: event.autoApprove,
    created_at: occurredAt,
    updated_at: occurredAt,
    forked_from: event.forkedFrom ?? null,
    batch_id: event.batchId ?? null,
    mandate_id: event.mandateId ?? null,
    parent: event.parent ?? null,
  };
}

/** What every run begins with. */
const freshRun = (runNo: number) =>
  ({
    status: 'planning',
    status_reason: null,
    run_no: runNo,
    intent: null,
    plan_hash: null,
    plan_run_no: null,
    kept: null,
    total_steps: null,
    last_step: null,
    approval_request_id: null,
    approval_reason: null,
    approval_expires_at: null,
    auto_declined: null,
    hold_id: null,
    budget: null,
    started_at: null,
    deadline: null,
    pause_reason: null,
    paused_step: null,
    cancel_requested: false,
    finished_steps: 0,
    spent: '0',
    result: null,
    result_hash: null,
    partial: false,
    error: null,
    terminal: false,
    needs_operator: false,
    rollback: null,
    closed_at: null,
    rating: null,
  }) as const;

/** Has all columns: to copy one and fill it in is far cheaper than to add fifty members to an object. */
const NEW_ROW: WorkflowRow = {
  workflow_id: '',
  user_id: '',
  revision: 0,
  origin: 'request',
  max_cost: '0',
  max_time: 0,
  level: 'basic',
  auto_approve: false,
  created_at: '',
  updated_at: '',
  saved: null,
  forked_from: null,
  batch_id: null,
  mandate_id: null,
  parent: null,
  ...freshRun(1),
};

/** The next run under the same plan: what completed stays completed. */
const resumedRun = (
  { runNo, kept }: WorkflowEventOf<'RetryRequested' | 'RollbackRequested'>,
  row: WorkflowRow,
) => {
  const { intent, plan_hash, plan_run_no, total_steps, last_step } = row;
  return {
    ...freshRun(runNo),
    ...{ intent, plan_hash, plan_run_no, total_steps, last_step },
    kept: Object.fromEntries(kept.map((step) => [step.stepId, step.runNo])),
    finished_steps: kept.length,
  };
};

function changeOf(event: WorkflowEvent, row: WorkflowRow, at: string): Partial<WorkflowRow> {
  switch (event.type) {
    case 'PlanningStarted':
      // the first run was fresh with its workflow
      return event.runNo === 1 ? {} : freshRun(event.runNo);
    case 'RetryRequested':
      return event.mode === 'resume' ? resumedRun(event, row) : {};
    case 'RollbackRequested': {
      const { holdId: hold_id = null, budget, requestedAt: started_at } = event;
      return { ...resumedRun(event, row), hold_id, budget, started_at };
    }
    case 'IntentClassified': {
      const { type: _type, v: _v, ...intent } = event;
      return { intent };
    }
    case 'PlanProposed':
      return {
        plan_hash: event.planHash,
        plan_run_no: row.run_no,
        total_steps: event.plan.steps.length,
        last_step: event.plan.steps.at(-1)?.id ?? null,
      };
    case 'ApprovalRequested':
      return {
        status: 'awaiting_approval',
        approval_request_id: event.requestId,
        approval_reason: event.reason,
        approval_expires_at: event.expiresAt,
        auto_declined: null,
      };
    case 'AutoApprovalDeclined': {
      const { code, message, limit = null, asked = null } = event;
      return { auto_declined: { code, message, limit, asked } };
    }
    case 'WorkflowApproved':
      return {
        status: 'approved',
        plan_hash: event.planHash,
        hold_id: event.holdId ?? null,
        budget: event.budget,
      };
    case 'ExecutionStarted':
      return { status: 'executing', started_at: event.startedAt, deadline: event.deadline };
    case 'StepCompleted':
      return { finished_steps: row.finished_steps + 1, spent: `${BigInt(row.spent) + BigInt(event.cost)}` };
    case 'StepKept':
      return {
        kept: { ...row.kept, [event.stepId]: row.run_no },
        finished_steps: row.finished_steps + 1,
      };
    case 'StepSkipped':
      return { finished_steps: row.finished_steps + 1 };
    case 'ResultAssembled':
      return { result: event.output, result_hash: event.outputHash };
    case 'PriceDriftDetected':
      return { plan_hash: event.planHash };
    case 'ExecutionPaused':
      return { status: 'paused', pause_reason: event.reason, paused_step: event.stepId ?? null };
    case 'ExecutionResumed':
      return { status: 'executing', deadline: event.deadline, ...goesOn };
    case 'CancellationRequested':
      return { status: 'executing', cancel_requested: true, ...goesOn };
    default:
      return endingOf(event, row, at);
  }
}

const goesOn = { pause_reason: null, paused_step: null } as const;

function endingOf(event: WorkflowEvent, row: WorkflowRow, at: string): Partial<WorkflowRow> {
  switch (event.type) {
    case 'ApprovalExpired':
      return { status: 'cancelled', status_reason: 'approval_expired' };
    case 'WorkflowCompleted':
      return { status: 'completed', partial: event.partial, spent: event.totalCost };
    case 'WorkflowFailed': {
      const { code, message, stepId } = event;
      return { status: 'failed', error: { code, message, ...(stepId !== undefined && { stepId }) } };
    }
    case 'WorkflowCancelled':
      return { status: 'cancelled', status_reason: event.reason, spent: event.totalCost };
    case 'RunClosed':
      return {
        status: event.outcome === 'expired' ? 'cancelled' : event.outcome,
        terminal: true,
        needs_operator: false,
        rollback: event.rollback,
        closed_at: at,
        spent: event.totalCost,
      };
    case 'WorkflowRated':
      return { rating: { stars: event.stars, comment: event.comment ?? null } };
    case 'WorkflowSettled':
      // a step that failed after it was paid has no cost of its own, yet its money is gone
      return { saved: event.saved, spent: event.actual };
    default:
      return rollbackOf(event, row);
  }
}

function rollbackOf(event: WorkflowEvent, row: WorkflowRow): Partial<WorkflowRow> {
  switch (event.type) {
    case 'CompensationStarted':
    case 'CompensationRestarted':
      return { status: 'rolling_back', terminal: false, needs_operator: false };
    case 'StepCompensated':
      return { spent: `${BigInt(row.spent) + BigInt(event.cost)}` };
    case 'CompensationFailed':
      return { status: 'failed', terminal: true, needs_operator: true };
    default:
      return {};
  }
}

function evolveApprovals(view: WorkflowView, event: WorkflowEvent, revision: number, at: string): void {
  if (event.type === 'ApprovalRequested')
    view.approvals.set(event.requestId, {
      workflow_id: view.workflow.workflow_id,
      request_id: event.requestId,
      revision,
      run_no: view.workflow.run_no,
      reason: event.reason,
      status: 'open',
      requested_at: at,
      expires_at: event.expiresAt,
      decided_at: null,
      approver: null,
      automatic: null,
      plan_hash: view.workflow.plan_hash,
      budget: null,
      hold_id: null,
    });
  const open = view.approvals.get(view.workflow.approval_request_id ?? '');
  if (open?.status !== 'open') return;
  const decided = decisionOf(event);
  if (decided) view.approvals.set(open.request_id, { ...open, ...decided, revision, decided_at: at });
}

function decisionOf(event: WorkflowEvent): Partial<ApprovalRow> | undefined {
  switch (event.type) {
    case 'WorkflowApproved':
      return {
        status: 'approved',
        approver: event.approver,
        automatic: event.automatic,
        budget: event.budget,
        hold_id: event.holdId ?? null,
      };
    case 'ApprovalExpired':
      return { status: 'expired' };
    case 'PriceDriftDetected':
    case 'BudgetExhausted':
    case 'CancellationRequested':
    case 'WorkflowCancelled':
    case 'WorkflowFailed':
      return { status: 'withdrawn' };
    default:
      return undefined;
  }
}
