import type { Recorded } from '../../kernel/event.js';
import { categoryOf, hasPrefix, idOfStream, streamOf } from '../../kernel/ids.js';
import type { Sql } from '../../ports/sql.js';
import type { Kind, Memory } from '../memory.js';
import type { Projection } from '../projection.js';
import { TIMELINE, type TimelineGroup, type TimelineMessage, timelineGroups } from './schema.js';
import { type TimelineEvent, wireEvent, wireTypes } from './wire.js';

/** What clients are told, numbered per workflow in store order: the same numbers at every rebuild. */
export const timelineProjection: Projection = {
  name: 'timeline',
  version: 9,
  handles: wireTypes,
  schema: `${timelineGroups.schema};\n${TIMELINE}`,
  // messages of one workflow have one numbering, whichever stream they come of
  parkedWith(recorded) {
    const workflowId = workflowOf(recorded as Recorded<TimelineEvent>);
    return workflowId === undefined ? recorded.stream : streamOf('workflow', workflowId);
  },

  async project(events, sql, memory) {
    const heads = await headsOf(events as readonly Recorded<TimelineEvent>[], sql, memory);
    const told = new Map<string, TimelineMessage[]>();
    for (const recorded of events as readonly Recorded<TimelineEvent>[]) {
      const workflowId = workflowOf(recorded);
      const wire = wireEvent(recorded.event, idOfStream(recorded.stream));
      if (workflowId === undefined || !wire) continue;
      const head = heads.get(workflowId);
      if (head && recorded.position <= head.position) continue;
      const { type, data } = wire;
      const message = { type, data, at: recorded.metadata.occurredAt, position: recorded.position };
      const messages = told.get(workflowId);
      if (messages) messages.push(message);
      else told.set(workflowId, [message]);
    }
    const groups = [...told].map(([id, messages]) => groupAfter(heads.get(id)?.last_seq ?? 0, id, messages));
    timelineGroups.upsert(sql, groups);
    for (const { workflow_id, last_seq, position } of groups)
      memory.of(HEAD).set(workflow_id, { workflow_id, last_seq, position });
    return [...told.keys()].map((id) => ({ topic: `timeline.${id}` as const, message: {} }));
  },
};

const groupAfter = (
  last: number,
  workflow_id: string,
  messages: readonly TimelineMessage[],
): TimelineGroup => ({
  workflow_id,
  seq: last + 1,
  last_seq: last + messages.length,
  position: messages.at(-1)!.position,
  messages,
});

/** The workflow an event belongs to: its own stream, or the one its command was sent for. */
function workflowOf({ stream, event, metadata }: Recorded<TimelineEvent>): string | undefined {
  if (categoryOf(stream) === 'workflow') return idOfStream(stream);
  if ('workflowId' in event) return event.workflowId;
  return hasPrefix('workflow', metadata.correlationId) ? metadata.correlationId : undefined;
}

type Head = Pick<TimelineGroup, 'workflow_id' | 'last_seq' | 'position'>;

const HEAD: Kind<Head> = { weigh: () => 300 };

/** Where each workflow of the batch stands that was told anything. */
async function headsOf(
  events: readonly Recorded<TimelineEvent>[],
  sql: Sql,
  memory: Memory,
): Promise<Map<string, Head>> {
  const heads = new Map<string, Head>();
  const unknown = new Set<string>();
  for (const recorded of events) {
    const id = workflowOf(recorded);
    if (id === undefined || heads.has(id) || unknown.has(id)) continue;
    const head = memory.of(HEAD).get(id);
    if (head) heads.set(id, head);
    else unknown.add(id);
  }
  for (const head of await loadHeads([...unknown], sql)) heads.set(head.workflow_id, head);
  return heads;
}

async function loadHeads(ids: readonly string[], sql: Sql): Promise<readonly Head[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query<Head>(
    `select id as workflow_id, head.last_seq, head.position from unnest($1::text[]) as id
     cross join lateral (select last_seq, position from rm_workflow_timeline_groups
       where workflow_id = id order by seq desc limit 1) head`,
    [ids],
  );
  return rows;
}
