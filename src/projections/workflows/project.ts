import { type WorkflowEvent, workflowEvents } from '../../events/workflow.js';
import type { Recorded } from '../../kernel/event.js';
import { idOfStream } from '../../kernel/ids.js';
import type { Sql } from '../../ports/sql.js';
import { streamsThatGoOn } from '../fold-rows.js';
import type { Projection } from '../projection.js';
import { artifactsOf } from './artifacts.js';
import {
  type ApprovalRow,
  type ArtifactRow,
  approvalsTable,
  artifactsTable,
  type StepRow,
  stepsTable,
  workflowsTable,
} from './schema.js';
import { evolveView, type WorkflowView } from './view.js';

export const workflowsProjection: Projection = {
  name: 'workflows',
  version: 1,
  handles: workflowEvents.map(({ type }) => type),
  schema: [workflowsTable, stepsTable, approvalsTable, artifactsTable].map((t) => t.schema).join(';\n'),

  async project(events, sql) {
    const views = await loadViews(streamsThatGoOn(events), sql);
    const before = new Map([...views].map(([id, view]) => [id, rowsOf(view)]));
    const artifacts = new Map<string, ArtifactRow>();
    const touched = new Set<string>();
    for (const recorded of events as readonly Recorded<WorkflowEvent>[]) {
      const id = idOfStream(recorded.stream);
      const known = views.get(id);
      if (known && known.workflow.revision >= recorded.revision) continue;
      const view = evolveView(known, recorded);
      if (!view) continue;
      views.set(id, view);
      touched.add(id);
      for (const row of artifactsOf(recorded.event, view.workflow, recorded.revision))
        artifacts.set(`${row.sha256} ${row.place}`, row);
    }
    await write(
      [...touched].map((id) => views.get(id)!),
      before,
      [...artifacts.values()],
      sql,
    );
    return [...touched];
  },
};

type Rows = ReadonlySet<StepRow | ApprovalRow>;

const rowsOf = (view: WorkflowView): Rows => new Set([...view.steps.values(), ...view.approvals.values()]);

async function loadViews(ids: readonly string[], sql: Sql): Promise<Map<string, WorkflowView>> {
  const views = new Map<string, WorkflowView>();
  for (const workflow of await workflowsTable.where(sql, 'workflow_id', ids))
    views.set(workflow.workflow_id, { workflow, steps: new Map(), approvals: new Map() });
  for (const step of await stepsTable.where(sql, 'workflow_id', ids)) {
    const view = views.get(step.workflow_id);
    if (step.run_no === view?.workflow.run_no) view.steps.set(step.step_id, step);
  }
  for (const approval of await approvalsTable.where(sql, 'workflow_id', ids))
    views.get(approval.workflow_id)?.approvals.set(approval.request_id, approval);
  return views;
}

/** Only rows the batch has replaced are written. */
async function write(
  views: readonly WorkflowView[],
  before: ReadonlyMap<string, Rows>,
  artifacts: readonly ArtifactRow[],
  sql: Sql,
): Promise<void> {
  const isNew = (view: WorkflowView) => (row: StepRow | ApprovalRow) =>
    !before.get(view.workflow.workflow_id)?.has(row);
  await workflowsTable.upsert(
    sql,
    views.map((view) => view.workflow),
  );
  await stepsTable.upsert(
    sql,
    views.flatMap((view) => [...view.steps.values()].filter(isNew(view))),
  );
  await approvalsTable.upsert(
    sql,
    views.flatMap((view) => [...view.approvals.values()].filter(isNew(view))),
  );
  await artifactsTable.upsert(sql, artifacts);
}
