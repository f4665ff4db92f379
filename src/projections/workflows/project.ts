import { type WorkflowEvent, workflowEvents } from '../../events/workflow.js';
import type { Recorded } from '../../kernel/event.js';
import { idOfStream } from '../../kernel/ids.js';
import type { Announcement } from '../../ports/live.js';
import { streamsThatGoOn } from '../fold-rows.js';
import type { Projection } from '../projection.js';
import { artifactsOf } from './artifacts.js';
import type { ClosedMessage } from './closed-message.js';
import { loadViews } from './load.js';
import {
  type ApprovalRow,
  type ArtifactRow,
  approvalsTable,
  artifactsTable,
  type PlanRow,
  plansTable,
  type RequestRow,
  requestsTable,
  type StepRow,
  stepsTable,
  type WorkflowRow,
  workflowsTable,
} from './schema.js';
import { evolveView, type WorkflowView } from './view.js';

export const workflowsProjection: Projection = {
  name: 'workflows',
  version: 12,
  paceMs: 4,
  handles: workflowEvents.map(({ type }) => type),
  schema: [workflowsTable, requestsTable, plansTable, stepsTable, approvalsTable, artifactsTable]
    .map((table) => table.schema)
    .join(';\n'),

  async project(events, sql) {
    const batch = events as readonly Recorded<WorkflowEvent>[];
    const views = await loadViews(streamsThatGoOn(events), batch, sql);
    const before = new Map([...views].map(([id, view]) => [id, rowsOf(view)]));
    const written = new Written();
    for (const recorded of batch) {
      const id = idOfStream(recorded.stream);
      const known = views.get(id);
      if (known && known.workflow.revision >= recorded.revision) continue;
      const view = evolveView(known, recorded);
      if (!view) continue;
      views.set(id, view);
      written.add(recorded, view);
    }
    const touched = [...written.ids].map((id) => views.get(id)!);
    const isNew = (view: WorkflowView) => (row: StepRow | ApprovalRow) =>
      !before.get(view.workflow.workflow_id)?.has(row);
    const workflows = touched.map((view) => view.workflow);
    const steps = touched.flatMap((view) => [...view.steps.values()].filter(isNew(view)));
    const approvals = touched.flatMap((view) => [...view.approvals.values()].filter(isNew(view)));
    await workflowsTable.upsert(sql, workflows);
    await requestsTable.upsert(sql, written.requests);
    await plansTable.upsert(sql, [...written.plans.values()]);
    await stepsTable.upsert(sql, steps);
    await approvalsTable.upsert(sql, approvals);
    await artifactsTable.upsert(sql, [...written.artifacts.values()]);
    return workflows.filter(({ terminal }) => terminal).map(closed);
  },
};

const closed = ({ workflow_id, revision }: WorkflowRow): Announcement => ({
  topic: `closed.${workflow_id}`,
  message: { revision } satisfies ClosedMessage,
});

const rowsOf = (view: WorkflowView): ReadonlySet<StepRow | ApprovalRow> =>
  new Set([...view.steps.values(), ...view.approvals.values()]);

/** What a batch adds that never changes again, and the workflows it touches. */
class Written {
  readonly ids = new Set<string>();
  readonly requests: RequestRow[] = [];
  readonly plans = new Map<string, PlanRow>();
  readonly artifacts = new Map<string, ArtifactRow>();

  add({ event, revision }: Recorded<WorkflowEvent>, { workflow }: WorkflowView): void {
    const { workflow_id, run_no } = workflow;
    this.ids.add(workflow_id);
    if (event.type === 'WorkflowCreated') {
      const { request, metadata = null, attachments } = event;
      this.requests.push({ workflow_id, revision, request, metadata, attachments });
    }
    if (event.type === 'PriceDriftDetected') {
      const runNo = workflow.plan_run_no ?? run_no;
      const row = { workflow_id, run_no: runNo, revision, plan: event.plan, planner: 'repriced' };
      this.plans.set(`${workflow_id} ${runNo}`, row);
    }
    if (event.type === 'PlanProposed') {
      const { plan, planner } = event;
      this.plans.set(`${workflow_id} ${run_no}`, { workflow_id, run_no, revision, plan, planner });
    }
    for (const row of artifactsOf(event, workflow, revision))
      this.artifacts.set(`${row.sha256} ${row.place}`, row);
  }
}
