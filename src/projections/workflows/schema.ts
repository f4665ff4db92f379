import type { ParentLink } from '../../events/child.js';
import type { ForkedFrom } from '../../events/fork.js';
import type { PauseReason } from '../../events/interruption.js';
import type { Plan } from '../../events/plan.js';
import type { VerificationLevel, WorkflowEventOf } from '../../events/workflow.js';
import type { ErrorRecord } from '../../kernel/errors.js';
import type { MicrosText } from '../../kernel/money.js';
import type { Claimed, Content, Sealed } from '../../kernel/sealed.js';
import { defineTable } from '../table.js';
import type { StepCompensation } from './compensation.js';

/** domain.md 5, second column. */
export type PublicStatus =
  | 'planning'
  | 'awaiting_approval'
  | 'approved'
  | 'executing'
  | 'paused'
  | 'completed'
  | 'rolling_back'
  | 'failed'
  | 'cancelled';

/** What changes as a workflow goes on. It is written at every batch, so what is large and never changes stands apart. */
export interface WorkflowRow {
  readonly workflow_id: string;
  readonly user_id: string;
  readonly revision: number;
  readonly status: PublicStatus;
  /** why it is cancelled: `by_owner`, `approval_expired` or `undone_with_parent` */
  readonly status_reason: string | null;
  readonly origin: 'request' | 'plan';
  readonly max_cost: MicrosText;
  readonly max_time: number;
  readonly level: VerificationLevel;
  readonly auto_approve: boolean;
  readonly created_at: string;
  readonly updated_at: string;
  readonly run_no: number;
  readonly intent: Omit<WorkflowEventOf<'IntentClassified'>, 'type' | 'v'> | null;
  readonly plan_hash: string | null;
  /** the run the plan was made in */
  readonly plan_run_no: number | null;
  /** of steps kept from earlier runs, the run each completed in */
  readonly kept: Readonly<Record<string, number>> | null;
  /** the step of another workflow it goes on from */
  readonly forked_from: ForkedFrom | null;
  readonly batch_id: string | null;
  /** under which its plans may be approved without its owner */
  readonly mandate_id: string | null;
  /** why that did not answer the open question */
  readonly auto_declined: {
    readonly code: string;
    readonly message: string;
    readonly limit: MicrosText | null;
    readonly asked: MicrosText | null;
  } | null;
  /** the step of another workflow it is */
  readonly parent: ParentLink | null;
  /** `assemble` included */
  readonly total_steps: number | null;
  /** the step whose output is the result */
  readonly last_step: string | null;
  readonly approval_request_id: string | null;
  readonly approval_reason: WorkflowEventOf<'ApprovalRequested'>['reason'] | null;
  readonly approval_expires_at: string | null;
  readonly hold_id: string | null;
  readonly budget: MicrosText | null;
  readonly started_at: string | null;
  readonly deadline: string | null;
  /** null unless it is paused */
  readonly pause_reason: PauseReason | null;
  /** the step that gave cause */
  readonly paused_step: string | null;
  readonly cancel_requested: boolean;
  readonly finished_steps: number;
  readonly spent: MicrosText;
  readonly result: Content | null;
  readonly result_hash: string | null;
  /** completed although steps were skipped after a failure */
  readonly partial: boolean;
  readonly error: (Pick<ErrorRecord, 'code' | 'message'> & { readonly stepId?: string }) | null;
  /** the run is over */
  readonly terminal: boolean;
  /** its rollback failed: it stays open until an operator has seen to it */
  readonly needs_operator: boolean;
  readonly rollback: string | null;
  readonly closed_at: string | null;
  readonly saved: MicrosText | null;
  readonly rating: { readonly stars: number; readonly comment: Sealed | null } | null;
}

export const workflowsTable = defineTable<WorkflowRow>({
  name: 'rm_workflows',
  columns: {
    workflow_id: 'text',
    user_id: 'text',
    revision: 'integer',
    status: 'text',
    status_reason: 'text',
    origin: 'text',
    max_cost: 'bigint',
    max_time: 'double precision',
    level: 'text',
    auto_approve: 'boolean',
    created_at: 'text',
    updated_at: 'text',
    run_no: 'integer',
    intent: 'json',
    plan_hash: 'text',
    plan_run_no: 'integer',
    kept: 'json',
    forked_from: 'json',
    batch_id: 'text',
    mandate_id: 'text',
    auto_declined: 'json',
    parent: 'json',
    total_steps: 'integer',
    last_step: 'text',
    approval_request_id: 'text',
    approval_reason: 'text',
    approval_expires_at: 'text',
    hold_id: 'text',
    budget: 'bigint',
    started_at: 'text',
    deadline: 'text',
    pause_reason: 'text',
    paused_step: 'text',
    cancel_requested: 'boolean',
    finished_steps: 'integer',
    spent: 'bigint',
    result: 'json',
    result_hash: 'text',
    partial: 'boolean',
    error: 'json',
    terminal: 'boolean',
    needs_operator: 'boolean',
    rollback: 'text',
    closed_at: 'text',
    saved: 'bigint',
    rating: 'json',
  },
  key: ['workflow_id'],
  newer: 'revision',
  indexes: [
    'user_id, created_at desc, workflow_id desc',
    'user_id where not terminal',
    'batch_id where batch_id is not null',
  ],
});

/** What the owner asked for. */
export interface RequestRow {
  readonly workflow_id: string;
  readonly revision: number;
  readonly request: Claimed;
  readonly metadata: Sealed | null;
  readonly attachments: WorkflowEventOf<'WorkflowCreated'>['attachments'];
}

export const requestsTable = defineTable<RequestRow>({
  name: 'rm_workflow_requests',
  columns: {
    workflow_id: 'text',
    revision: 'integer',
    request: 'json',
    metadata: 'json',
    attachments: 'json',
  },
  key: ['workflow_id'],
  newer: 'revision',
});

export interface PlanRow {
  readonly workflow_id: string;
  readonly run_no: number;
  readonly revision: number;
  readonly plan: Plan;
  readonly planner: string;
}

export const plansTable = defineTable<PlanRow>({
  name: 'rm_workflow_plans',
  columns: {
    workflow_id: 'text',
    run_no: 'integer',
    revision: 'integer',
    plan: 'json',
    planner: 'text',
  },
  key: ['workflow_id', 'run_no'],
  newer: 'revision',
  isLog: true,
});

export type StepStatus =
  | 'pending'
  | 'awaiting_confirmation'
  | 'scheduled'
  | 'running'
  | 'waiting_retry'
  | 'waiting'
  | 'held'
  | 'completed'
  | 'failed'
  | 'skipped'
  | 'cancelled';

/** Written from the first thing that happens to a step; before that it stands in the plan only. */
export interface StepRow {
  readonly workflow_id: string;
  readonly run_no: number;
  readonly step_id: string;
  readonly revision: number;
  readonly status: StepStatus;
  readonly attempt: number;
  readonly worker: string | null;
  /** the alternative that does it, where that is not the service it was planned for */
  readonly service_id: string | null;
  /** the workflow it is */
  readonly child_id: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  /** when it goes on: the next attempt, or the end of a wait */
  readonly retry_at: string | null;
  /** until when a person may confirm it */
  readonly confirm_by: string | null;
  readonly cost: MicrosText;
  readonly output: Content | null;
  readonly input_hash: string | null;
  readonly output_hash: string | null;
  readonly payment: WorkflowEventOf<'StepCompleted'>['payment'] | null;
  readonly branch: 'then' | 'else' | null;
  readonly skip_reason: string | null;
  readonly error: ErrorRecord | null;
  /** null until it is to be undone */
  readonly compensation: StepCompensation | null;
}

export const stepsTable = defineTable<StepRow>({
  name: 'rm_workflow_steps',
  columns: {
    workflow_id: 'text',
    run_no: 'integer',
    step_id: 'text',
    revision: 'integer',
    status: 'text',
    attempt: 'integer',
    worker: 'text',
    service_id: 'text',
    child_id: 'text',
    started_at: 'text',
    completed_at: 'text',
    retry_at: 'text',
    confirm_by: 'text',
    cost: 'bigint',
    output: 'json',
    input_hash: 'text',
    output_hash: 'text',
    payment: 'json',
    branch: 'text',
    skip_reason: 'text',
    error: 'json',
    compensation: 'json',
  },
  key: ['workflow_id', 'step_id', 'run_no'],
  newer: 'revision',
});

export interface ApprovalRow {
  readonly workflow_id: string;
  readonly request_id: string;
  readonly revision: number;
  readonly run_no: number;
  readonly reason: string;
  readonly status: 'open' | 'approved' | 'expired' | 'withdrawn';
  readonly requested_at: string;
  readonly expires_at: string;
  readonly decided_at: string | null;
  readonly approver: string | null;
  readonly automatic: boolean | null;
  readonly plan_hash: string | null;
  readonly budget: MicrosText | null;
  readonly hold_id: string | null;
}

export const approvalsTable = defineTable<ApprovalRow>({
  name: 'rm_approvals',
  columns: {
    workflow_id: 'text',
    request_id: 'text',
    revision: 'integer',
    run_no: 'integer',
    reason: 'text',
    status: 'text',
    requested_at: 'text',
    expires_at: 'text',
    decided_at: 'text',
    approver: 'text',
    automatic: 'boolean',
    plan_hash: 'text',
    budget: 'bigint',
    hold_id: 'text',
  },
  key: ['workflow_id', 'request_id'],
  newer: 'revision',
});

/** Whose an artifact is, and the place its bytes are sealed for. */
export interface ArtifactRow {
  readonly sha256: string;
  readonly place: string;
  readonly workflow_id: string;
  readonly user_id: string;
  readonly media_type: string;
  readonly size: number;
  readonly revision: number;
}

export const artifactsTable = defineTable<ArtifactRow>({
  name: 'rm_artifacts',
  columns: {
    sha256: 'text',
    place: 'text',
    workflow_id: 'text',
    user_id: 'text',
    media_type: 'text',
    size: 'integer',
    revision: 'integer',
  },
  key: ['sha256', 'place'],
  newer: 'revision',
});
