import type { ContentStore } from '../../../content/content-store.js';
import { places } from '../../../kernel/places.js';
import type { StepCompensation } from '../../../projections/workflows/compensation.js';
import type { StepRow } from '../../../projections/workflows/schema.js';
import { money } from '../answer.js';

export const stepView = (row: StepRow) => ({
  id: row.step_id,
  status: row.status,
  attempt: row.attempt,
  ...(row.service_id !== null && { reassignedTo: row.service_id }),
  ...(row.child_id !== null && { childWorkflowId: row.child_id }),
  startedAt: row.started_at,
  completedAt: row.completed_at,
  retryAt: row.retry_at,
  confirmBy: row.confirm_by,
  branch: row.branch,
  skipReason: row.skip_reason,
  ...money('cost', row.cost),
  error: row.error && { code: row.error.code, message: row.error.message },
  compensation: row.compensation && compensationView(row.compensation),
  ...(row.status === 'waiting' && { waitsUntil: row.retry_at, retryAt: null }),
});

const compensationView = ({ cost, error, ...rest }: StepCompensation) => ({
  ...rest,
  ...money('cost', cost),
  error: error && { code: error.code, message: error.message },
});

/** What a finished step gave. Small outputs come along, large ones by address (GET /artifacts/:hash). */
export async function stepResultView(content: ContentStore, row: StepRow) {
  const { output, payment } = row;
  const place = places.output(row.workflow_id, row.run_no, row.step_id);
  return {
    stepId: row.step_id,
    status: row.status,
    success: row.status === 'completed',
    ...(output && 'inline' in output && { output: await content.openJson(output.inline, place) }),
    ...(output && 'artifact' in output && { outputRef: output.artifact }),
    inputHash: row.input_hash,
    outputHash: row.output_hash,
    ...money('cost', row.cost),
    timeMs:
      row.started_at && row.completed_at ? Date.parse(row.completed_at) - Date.parse(row.started_at) : null,
    attempts: row.attempt,
    paymentIds: payment ? [payment.paymentId] : [],
    ...(row.error && { error: { code: row.error.code, message: row.error.message } }),
  };
}
