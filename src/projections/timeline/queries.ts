import type { Sql } from '../../ports/sql.js';
import { messagesOf, type TimelineGroup, type TimelineRow } from './schema.js';

/** @param from first sequence number wanted */
export async function timelineFrom(
  sql: Sql,
  workflowId: string,
  from: number,
  limit: number,
): Promise<TimelineRow[]> {
  // a group holds one message at least
  const { rows } = await sql.query<TimelineGroup>(
    `select * from rm_workflow_timeline_groups where workflow_id = $1
     and seq >= coalesce((select max(seq) from rm_workflow_timeline_groups where workflow_id = $1 and seq <= $2), 0)
     order by seq limit $3`,
    [workflowId, from, limit + 1],
  );
  return messagesOf(rows)
    .filter(({ seq }) => seq >= from)
    .slice(0, limit);
}

/** Whether the last thing told before `seq` is the end of a run. */
export async function closedBefore(sql: Sql, workflowId: string, seq: number): Promise<boolean> {
  const { rows } = await sql.query<Pick<TimelineRow, 'type'>>(
    `select type from rm_workflow_timeline
     where workflow_id = $1 and seq < $2 and type like 'workflow.%' order by seq desc limit 1`,
    [workflowId, seq],
  );
  return rows[0]?.type === 'workflow.closed';
}

/**
 * A row as clients get it, over HTTP and over the WebSocket alike. With `position` as X-Min-Position, a GET answers
 * from read models that know what this message tells.
 */
export const wireMessage = ({ workflow_id, seq, type, data, at, position }: TimelineRow) => ({
  type,
  workflowId: workflow_id,
  data,
  timestamp: at,
  seq,
  position,
});
