import type { WorkflowEvent } from '../../events/workflow.js';
import type { Recorded } from '../../kernel/event.js';
import { idOfStream } from '../../kernel/ids.js';
import type { Sql } from '../../ports/sql.js';
import { approvalsTable, type StepRow, workflowsTable } from './schema.js';
import { stepKey, type WorkflowView } from './view.js';

const DECISIONS: readonly WorkflowEvent['type'][] = [
  'WorkflowApproved',
  'ApprovalExpired',
  'CancellationRequested',
  'WorkflowCancelled',
  'PriceDriftDetected',
  'BudgetExhausted',
  'WorkflowFailed',
];

/** The views of workflows that began before the batch, as far as its events can change them. */
export async function loadViews(
  ids: readonly string[],
  batch: readonly Recorded<WorkflowEvent>[],
  sql: Sql,
): Promise<Map<string, WorkflowView>> {
  const wanted = new Set(ids);
  const idsWith = (matters: (event: WorkflowEvent) => boolean): string[] => {
    const found = new Set<string>();
    for (const { stream, event } of batch) if (matters(event)) found.add(idOfStream(stream));
    return [...found].filter((id) => wanted.has(id));
  };
  const views = new Map<string, WorkflowView>();
  for (const workflow of await workflowsTable.where(sql, 'workflow_id', ids))
    views.set(workflow.workflow_id, { workflow, steps: new Map(), approvals: new Map() });
  for (const step of await loadSteps(batch, wanted, sql)) {
    views.get(step.workflow_id)?.steps.set(stepKey(step.run_no, step.step_id), step);
  }
  const decided = idsWith(({ type }) => DECISIONS.includes(type));
  for (const approval of await approvalsTable.where(sql, 'workflow_id', decided))
    views.get(approval.workflow_id)?.approvals.set(approval.request_id, approval);
  return views;
}

/** Just the steps that the batch speaks of. */
async function loadSteps(
  batch: readonly Recorded<WorkflowEvent>[],
  wanted: ReadonlySet<string>,
  sql: Sql,
): Promise<StepRow[]> {
  const pairs = new Map<string, readonly [string, string]>();
  for (const { stream, event } of batch) {
    if (!('stepId' in event) || event.stepId === undefined || !wanted.has(idOfStream(stream))) continue;
    pairs.set(`${stream} ${event.stepId}`, [idOfStream(stream), event.stepId]);
  }
  if (pairs.size === 0) return [];
  const { rows } = await sql.query<StepRow>(
    // by the primary key, whatever the planner thinks of a table it has no statistics of yet
    `select step.* from unnest($1::text[], $2::text[]) as named(workflow, step)
     cross join lateral (select * from rm_workflow_steps s
       where s.workflow_id = named.workflow and s.step_id = named.step offset 0) step`,
    [[...pairs.values()].map(([workflow]) => workflow), [...pairs.values()].map(([, step]) => step)],
  );
  return rows;
}
