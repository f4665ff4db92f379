import type { WorkflowState } from '../../commands/workflow/state.js';
import type { ResultRow } from '../../projections/workflows/queries.js';

/**
 * The result of a run that completed, from the state that closed it: nothing changes it any more, so that whoever
 * asks need not wait for the read model.
 */
export function completedRow(
  workflowId: string,
  known: { readonly state: WorkflowState; readonly revision: number } | undefined,
): ResultRow | undefined {
  if (known?.state.status !== 'closed' || known.state.outcome !== 'completed') return undefined;
  const { state, revision } = known;
  const { created, runNo, result, totalCost, closedAt, plan, progress } = state;
  const steps = Object.values(progress?.steps ?? {});
  return {
    workflow_id: workflowId,
    user_id: created.userId,
    revision,
    run_no: runNo,
    status: 'completed',
    terminal: true,
    partial: steps.some(({ status }) => status === 'failed'),
    result: result?.output ?? null,
    result_hash: result?.outputHash ?? null,
    error: null,
    spent: `${totalCost}`,
    closed_at: closedAt,
    last_step: plan?.steps.at(-1)?.id ?? null,
  };
}
