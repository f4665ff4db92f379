import { type WorkflowEvent, workflowEvents } from '../../events/workflow.js';
import type { Recorded } from '../../kernel/event.js';
import { idOfStream } from '../../kernel/ids.js';
import type { Announcement } from '../../ports/live.js';
import { streamsThatGoOn } from '../fold-rows.js';
import type { Kind } from '../memory.js';
import { ownStream, type Projection } from '../projection.js';
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
  parkedWith: ownStream,
  handles: workflowEvents.map(({ type }) => type),
  schema: [workflowsTable, requestsTable, plansTable, stepsTable, approvalsTable, artifactsTable]
    .map((table) => table.schema)
    .join(';\n'),

  async project(events, sql, memory) {
    const batch = events as readonly Recorded<WorkflowEvent>[];
    const open = memory.of(OPEN_RUN);
    const views = new Map<string, WorkflowView>();
    for (const { stream } of batch) {
      const known = open.get(idOfStream(stream));
      if (known) views.set(known.workflow.workflow_id, known);
    }
    const unknown = streamsThatGoOn(events).filter((id) => !views.has(id));
    const loaded = await loadViews(unknown, batch, sql);
    for (const [id, view] of loaded) views.set(id, view);
    const before = new Map([...views].map(([id, { workflow }]) => [id, workflow.revision]));
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
    const isNew = (row: StepRow | ApprovalRow) => row.revision > (before.get(row.workflow_id) ?? -1);
    const workflows = touched.map((view) => view.workflow);
    const steps = touched.flatMap((view) => [...view.steps.values()].filter(isNew));
    const approvals = touched.flatMap((view) => [...view.approvals.values()].filter(isNew));
    workflowsTable.upsert(sql, workflows);
    requestsTable.upsert(sql, written.requests);
    plansTable.upsert(sql, [...written.plans.values()]);
    stepsTable.upsert(sql, steps);
    approvalsTable.upsert(sql, approvals);
    artifactsTable.upsert(sql, [...written.artifacts.values()]);
    for (const [id, view] of views)
      if (loaded.has(id) || view.workflow.terminal) open.delete(id);
      else open.set(id, view);
    return workflows.filter(({ terminal }) => terminal).map(closed);
  },
};

/** What is known of a run from its first event on: all its rows, not just those that a batch asked for. */
const OPEN_RUN: Kind<WorkflowView> = {
  weigh: ({ steps, approvals }) => {
    let bytes = ROW_BYTES * (2 + steps.size + approvals.size);
    for (const { output } of steps.values())
      if (output && 'inline' in output) bytes += output.inline.data.length;
    return bytes;
  },
};
const ROW_BYTES = 1_000;

const closed = ({ workflow_id, revision }: WorkflowRow): Announcement => ({
  topic: `closed.${workflow_id}`,
  message: { revision } satisfies ClosedMessage,
});

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
