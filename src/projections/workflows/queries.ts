import type { Plan } from '../../events/plan.js';
import type { Sql } from '../../ports/sql.js';
import { type Cursor, type Page, pageOf } from '../page.js';
import type { ArtifactRow, PublicStatus, RequestRow, StepRow, WorkflowRow } from './schema.js';
import { pendingStep } from './steps.js';

/** A workflow with what was asked for and, once it is proposed, its plan. */
export type WorkflowDetail = WorkflowRow &
  Pick<RequestRow, 'request' | 'metadata' | 'attachments'> & {
    readonly plan: Plan | null;
    readonly planner: string | null;
  };

export async function workflowById(sql: Sql, workflowId: string): Promise<WorkflowDetail | undefined> {
  const { rows } = await sql.query<WorkflowDetail>(
    `select w.*, r.request, r.metadata, r.attachments, p.plan, p.planner
     from rm_workflows w join rm_workflow_requests r using (workflow_id)
       left join rm_workflow_plans p on p.workflow_id = w.workflow_id and p.run_no = w.plan_run_no
     where w.workflow_id = $1`,
    [workflowId],
  );
  return rows[0];
}

/** Less than a whole row: for ownership checks on every call. */
export async function ownerOfWorkflow(sql: Sql, workflowId: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ user_id: string }>(
    'select user_id from rm_workflows where workflow_id = $1',
    [workflowId],
  );
  return rows[0]?.user_id;
}

/** What a poll for a result needs, without the plan. */
export type ResultRow = Pick<
  WorkflowRow,
  | 'workflow_id'
  | 'user_id'
  | 'revision'
  | 'run_no'
  | 'status'
  | 'terminal'
  | 'partial'
  | 'result'
  | 'result_hash'
  | 'error'
  | 'spent'
  | 'closed_at'
  | 'last_step'
>;

export async function resultsByIds(sql: Sql, workflowIds: readonly string[]): Promise<ResultRow[]> {
  const { rows } = await sql.query<ResultRow>(
    `select workflow_id, user_id, revision, run_no, status, terminal, partial, result, result_hash, error,
            spent, closed_at, last_step
     from rm_workflows where workflow_id = any($1)`,
    [workflowIds],
  );
  return rows;
}

/** Which of them are closed, by the revisions of their rows. */
export async function closedOf(
  sql: Sql,
  workflowIds: readonly string[],
): Promise<readonly { readonly workflow_id: string; readonly revision: number }[]> {
  const { rows } = await sql.query<{ workflow_id: string; revision: number }>(
    'select workflow_id, revision from rm_workflows where workflow_id = any($1) and terminal',
    [workflowIds],
  );
  return rows;
}

/** The steps of the current run in the order of the plan, those without a row as pending. */
export async function stepsOfRun(sql: Sql, workflow: WorkflowDetail): Promise<StepRow[]> {
  const { rows } = await sql.query<StepRow>(
    `select * from rm_workflow_steps
     where workflow_id = $1 and (run_no = $2 or run_no = ($3::jsonb ->> step_id)::int)`,
    [workflow.workflow_id, workflow.run_no, JSON.stringify(workflow.kept ?? {})],
  );
  const known = new Map(rows.map((row) => [row.step_id, row]));
  const { workflow_id, run_no } = workflow;
  return (workflow.plan?.steps ?? []).map(({ id }) => known.get(id) ?? pendingStep(workflow_id, run_no, id));
}

export interface WorkflowListing {
  readonly workflows: Page<WorkflowRow>;
  readonly total: number;
}

/** Newest first. */
export async function workflowsOfUser(
  sql: Sql,
  userId: string,
  options: { readonly status?: PublicStatus; readonly limit: number; readonly cursor?: Cursor },
): Promise<WorkflowListing> {
  const { status = null, limit, cursor } = options;
  const { rows } = await sql.query<WorkflowRow>(
    `select * from rm_workflows
     where user_id = $1 and ($2::text is null or status = $2)
       and ($3::text is null or (created_at, workflow_id) < ($3, $4))
     order by created_at desc, workflow_id desc limit $5`,
    [userId, status, cursor?.[0] ?? null, cursor?.[1] ?? null, limit + 1],
  );
  const count = await sql.query<{ total: number }>(
    'select count(*)::int as total from rm_workflows where user_id = $1 and ($2::text is null or status = $2)',
    [userId, status],
  );
  const workflows = pageOf(rows, limit, (row) => [row.created_at, row.workflow_id]);
  return { workflows, total: count.rows[0]?.total ?? 0 };
}

/** The places of an artifact within workflows of `userId`. */
export async function artifactOfUser(
  sql: Sql,
  userId: string,
  sha256: string,
): Promise<ArtifactRow | undefined> {
  const { rows } = await sql.query<ArtifactRow>(
    'select * from rm_artifacts where sha256 = $1 and user_id = $2 limit 1',
    [sha256, userId],
  );
  return rows[0];
}

/** The six figures of GET /health (S1-70 to S1-75) that read models know. */
export interface WorkflowFigures {
  readonly active: number;
  readonly completed: number;
  readonly failed: number;
  readonly averageMs: number | null;
  readonly spent: string;
}

export async function workflowFigures(sql: Sql): Promise<WorkflowFigures> {
  const { rows } = await sql.query<WorkflowFigures>(
    `select count(*) filter (where not terminal)::int as active,
            count(*) filter (where status = 'completed')::int as completed,
            count(*) filter (where status = 'failed' and terminal)::int as failed,
            avg(extract(epoch from closed_at::timestamptz - started_at::timestamptz) * 1000)
              filter (where status = 'completed')::float8 as "averageMs",
            coalesce(sum(spent), 0)::text as spent
     from rm_workflows`,
  );
  return rows[0]!;
}

/** How many workflows of a user are open, and which of `ids` are known here, open or not. */
export async function openWorkflows(
  sql: Sql,
  userId: string,
  ids: readonly string[],
): Promise<{ readonly open: number; readonly known: readonly string[] }> {
  const { rows } = await sql.query<{ open: number; known: readonly string[] }>(
    `select (select count(*)::int from rm_workflows where user_id = $1 and not terminal) as open,
            array(select workflow_id from rm_workflows where workflow_id = any($2)) as known`,
    [userId, ids],
  );
  return rows[0]!;
}

/** How many workflows of a batch are in each public status. */
export async function batchCounts(
  sql: Sql,
  batchId: string,
): Promise<Readonly<Partial<Record<PublicStatus, number>>>> {
  const { rows } = await sql.query<{ status: PublicStatus; count: number }>(
    'select status, count(*)::int as count from rm_workflows where batch_id = $1 group by status',
    [batchId],
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** Workflows of a batch that ended without a result, in the order of its items. */
export async function batchFailures(
  sql: Sql,
  batchId: string,
  after: string,
  limit: number,
): Promise<Pick<WorkflowRow, 'workflow_id' | 'status' | 'status_reason' | 'error'>[]> {
  const { rows } = await sql.query<WorkflowRow>(
    `select workflow_id, status, status_reason, error from rm_workflows
     where batch_id = $1 and status in ('failed', 'cancelled') and workflow_id > $2
     order by workflow_id limit $3`,
    [batchId, after, limit],
  );
  return rows;
}
