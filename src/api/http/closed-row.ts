import type { WorkflowState } from '../../commands/workflow/state.js';
import type { ResultRow } from '../../projections/workflows/queries.js';

/** What the read model will say of a closed run, from the state that closed it; undefined while it is open. */
export function closedRow(
  workflowId: string,
  known: { readonly state: WorkflowState; readonly revision: number } | undefined,
): ResultRow | undefined {
  if (known?.state.status !== 'closed') return undefined;
  const { state, revision } = known;
  const { created, runNo, outcome, result, totalCost, closedAt, plan, progress, failure } = state;
  const isComplete = outcome === 'completed';
  return {
    workflow_id: workflowId,
    user_id: created.userId,
    revision,
    run_no: runNo,
    status: outcome === 'expired' ? 'cancelled' : outcome,
    terminal: true,
    partial: isComplete && Object.values(progress?.steps ?? {}).some(({ status }) => status === 'failed'),
    result: result?.output ?? null,
    result_hash: result?.outputHash ?? null,
    error: failure
      ? { code: failure.code, message: failure.message, ...(failure.stepId && { stepId: failure.stepId }) }
      : null,
    spent: `${totalCost}`,
    closed_at: closedAt,
    last_step: plan?.steps.at(-1)?.id ?? null,
  };
}

/** Nothing follows a run that completed: what any process remembers of it is so for ever. */
export const completedRow: typeof closedRow = (workflowId, known) => {
  const row = closedRow(workflowId, known);
  return row?.status === 'completed' ? row : undefined;
};
