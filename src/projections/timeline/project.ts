import type { Recorded } from '../../kernel/event.js';
import { categoryOf, hasPrefix, idOfStream } from '../../kernel/ids.js';
import type { Sql } from '../../ports/sql.js';
import type { Projection } from '../projection.js';
import { type TimelineRow, timelineTable } from './schema.js';
import { type TimelineEvent, wireEvent, wireTypes } from './wire.js';

/** What clients are told, numbered per workflow in store order: the same numbers at every rebuild. */
export const timelineProjection: Projection = {
  name: 'timeline',
  version: 5,
  handles: wireTypes,
  schema: timelineTable.schema,

  async project(events, sql) {
    const heads = await loadHeads(events as readonly Recorded<TimelineEvent>[], sql);
    const rows: TimelineRow[] = [];
    for (const recorded of events as readonly Recorded<TimelineEvent>[]) {
      const workflowId = workflowOf(recorded);
      const wire = wireEvent(recorded.event, idOfStream(recorded.stream));
      if (workflowId === undefined || !wire) continue;
      const head = heads.get(workflowId);
      if (head && recorded.position <= head.position) continue;
      const row = {
        workflow_id: workflowId,
        seq: (head?.seq ?? 0) + 1,
        type: wire.type,
        data: wire.data,
        at: recorded.metadata.occurredAt,
        position: recorded.position,
      };
      heads.set(workflowId, row);
      rows.push(row);
    }
    await timelineTable.upsert(sql, rows);
    return [...new Set(rows.map((row) => row.workflow_id))];
  },
};

/** The workflow an event belongs to: its own stream, or the one its command was sent for. */
function workflowOf({ stream, event, metadata }: Recorded<TimelineEvent>): string | undefined {
  if (categoryOf(stream) === 'workflow') return idOfStream(stream);
  if ('workflowId' in event) return event.workflowId;
  return hasPrefix('workflow', metadata.correlationId) ? metadata.correlationId : undefined;
}

type Head = Pick<TimelineRow, 'seq' | 'position'>;

/** The last row of each workflow of the batch that has any. */
async function loadHeads(events: readonly Recorded<TimelineEvent>[], sql: Sql): Promise<Map<string, Head>> {
  const ids = new Set(events.flatMap((recorded) => workflowOf(recorded) ?? []));
  const { rows } = await sql.query<TimelineRow>(
    `select id as workflow_id, head.seq, head.position from unnest($1::text[]) as id
     cross join lateral (select seq, position from rm_workflow_timeline
       where workflow_id = id order by seq desc limit 1) head`,
    [[...ids]],
  );
  return new Map(rows.map((row) => [row.workflow_id, row]));
}
