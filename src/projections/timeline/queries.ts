import type { Sql } from '../../ports/sql.js';
import type { TimelineRow } from './schema.js';

/** @param from first sequence number wanted */
export async function timelineFrom(
  sql: Sql,
  workflowId: string,
  from: number,
  limit: number,
): Promise<TimelineRow[]> {
  const { rows } = await sql.query<TimelineRow>(
    'select * from rm_workflow_timeline where workflow_id = $1 and seq >= $2 order by seq limit $3',
    [workflowId, from, limit],
  );
  return rows;
}

/** A row as clients get it, over HTTP and over the WebSocket alike. */
export const wireMessage = ({ workflow_id, seq, type, data, at }: TimelineRow) => ({
  type,
  workflowId: workflow_id,
  data,
  timestamp: at,
  seq,
});
