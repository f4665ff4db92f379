import type { ContentStore } from '../../../content/content-store.js';
import type { Compensation, PlanDetails, PlanStep } from '../../../events/plan.js';
import { places } from '../../../kernel/places.js';
import type { PaymentRow } from '../../../projections/payments/schema.js';
import type { WorkflowDetail } from '../../../projections/workflows/queries.js';
import type { StepRow, WorkflowRow } from '../../../projections/workflows/schema.js';
import { money } from '../answer.js';
import { paymentView } from './payment.js';

/** A workflow in a list: nothing that must be decrypted. */
export const workflowSummary = (row: WorkflowRow) => ({
  id: row.workflow_id,
  userId: row.user_id,
  status: row.status,
  ...(row.status_reason !== null && { reason: row.status_reason }),
  ...(row.approval_reason !== null && { approvalReason: row.approval_reason }),
  ...(row.pause_reason !== null && { pauseReason: row.pause_reason, pausedStep: row.paused_step }),
  terminal: row.terminal,
  needsOperator: row.needs_operator,
  partial: row.partial,
  cancelRequested: row.cancel_requested,
  runNo: row.run_no,
  ...(row.kept !== null && { keptSteps: Object.keys(row.kept) }),
  ...(row.batch_id !== null && { batchId: row.batch_id }),
  ...(row.mandate_id !== null && { mandateId: row.mandate_id }),
  ...(row.forked_from !== null && { forkedFrom: row.forked_from }),
  ...(row.parent !== null && { parent: { workflowId: row.parent.workflowId, stepId: row.parent.stepId } }),
  origin: row.origin,
  verificationLevel: row.level,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  startedAt: row.started_at,
  closedAt: row.closed_at,
  currentStep: row.finished_steps,
  totalSteps: row.total_steps,
  ...money('maxCost', row.max_cost),
  maxTime: row.max_time,
  ...money('spent', row.spent),
  ...money('saved', row.saved),
  error: row.error,
});

const declinedView = ({ code, message, limit, asked }: NonNullable<WorkflowRow['auto_declined']>) => ({
  code,
  message,
  ...money('limit', limit),
  ...money('asked', asked),
});

export interface WorkflowParts {
  readonly row: WorkflowDetail;
  readonly steps: readonly StepRow[];
  readonly payments: readonly PaymentRow[];
  readonly now: number;
  readonly explorerUrl?: ((signature: string) => string) | undefined;
}

/** Everything a screen of one workflow shows; the owner's content is opened for it. */
export async function workflowView(content: ContentStore, parts: WorkflowParts) {
  const { row, steps, payments, now, explorerUrl } = parts;
  const { workflow_id: id } = row;
  const [request, metadata, files, plan, comment] = await Promise.all([
    row.origin === 'plan'
      ? content.openJson(row.request, places.request(id))
      : content.openText(row.request, places.request(id)),
    row.metadata && content.openJson(row.metadata, places.metadata(id)),
    Promise.all(
      row.attachments.map(async (file, index) => ({
        name: await content.openText(file.name, places.attachmentName(id, index)),
        ...file.content,
      })),
    ),
    planView(content, row),
    row.rating?.comment ? content.openText(row.rating.comment, places.ratingComment(id)) : null,
  ]);
  return {
    ...workflowSummary(row),
    ...(row.origin === 'plan' ? { givenPlan: request } : { input: request }),
    metadata,
    files,
    intent: row.intent,
    plan,
    approval:
      row.status === 'awaiting_approval'
        ? {
            requestId: row.approval_request_id,
            reason: row.approval_reason,
            expiresAt: row.approval_expires_at,
            ...(row.auto_declined && { declined: declinedView(row.auto_declined) }),
          }
        : null,
    deadline: row.deadline,
    elapsed:
      row.started_at && Date.parse(row.closed_at ?? new Date(now).toISOString()) - Date.parse(row.started_at),
    runningSteps: steps
      .filter(({ status }) => status === 'running' || status === 'scheduled')
      .map((s) => s.step_id),
    stepsToConfirm: steps.filter(({ status }) => status === 'awaiting_confirmation').map((s) => s.step_id),
    rollback: row.rollback,
    rating: row.rating && { stars: row.rating.stars, comment },
    payments: payments.map((payment) => paymentView(payment, explorerUrl)),
  };
}

async function planView(content: ContentStore, row: WorkflowDetail) {
  if (!row.plan) return null;
  const { plan, workflow_id: id, run_no, plan_run_no: runNo = run_no } = row;
  const details = (await content.openJson(
    plan.details,
    places.planDetails(id, runNo ?? run_no),
  )) as unknown as PlanDetails;
  const { estimatedCost, maxCost, compensationReserve, criticalPathTime } = plan.totals;
  const services = new Set(plan.steps.flatMap(({ service }) => service?.id ?? []));
  return {
    planHash: row.plan_hash,
    workflowHash: plan.workflowHash,
    planner: row.planner,
    steps: plan.steps.map((step) => planStepView(step, details)),
    criticalPath: plan.criticalPath,
    parallelGroups: plan.parallelGroups,
    ...money('compensationReserve', compensationReserve),
    ...money('maxCost', maxCost),
    // `assemble` is ours and not counted (A26)
    planSummary: {
      steps: plan.steps.length - 1,
      services: services.size,
      parallelSteps: plan.parallelGroups.reduce((sum, group) => sum + group.length, 0),
      ...money('estimatedCost', estimatedCost),
      estimatedTime: criticalPathTime,
    },
  };
}

const undoView = ({ service, maxCost, ...rest }: Compensation, input: string | undefined) => ({
  ...rest,
  ...(service && { service: { ...service, ...money('price', service.price) } }),
  ...money('maxCost', maxCost),
  input: input ?? null,
});

const planStepView = (step: PlanStep, details: PlanDetails) => {
  const { estimatedCost, maxCost, service, alternatives, ...rest } = step;
  return {
    ...rest,
    ...(service && { service: { ...service, ...money('price', service.price) } }),
    ...(alternatives && {
      alternatives: alternatives.map(({ service: other, matchScore }) => ({
        matchScore,
        service: { ...other, ...money('price', other.price) },
      })),
    }),
    ...money('estimatedCost', estimatedCost),
    ...money('maxCost', maxCost),
    title: details[step.id]?.title ?? step.name,
    input: details[step.id]?.input ?? null,
    ...(step.compensation && { compensation: undoView(step.compensation, details[step.id]?.compensation) }),
  };
};
