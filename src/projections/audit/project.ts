import type { CommandRejected } from '../../events/audit.js';
import { eventCatalogue } from '../../events/catalogue.js';
import type { EventOf } from '../../events/define.js';
import type { Recorded } from '../../kernel/event.js';
import type { Sql } from '../../ports/sql.js';
import type { Kind, Memory } from '../memory.js';
import type { Projection } from '../projection.js';
import { AUDIT_LOG, type AuditGroup, type AuditRow, auditGroups } from './schema.js';

export const auditProjection: Projection = {
  name: 'audit',
  version: 2,
  paceMs: 50,
  handles: Object.values(eventCatalogue)
    .flat()
    .map(({ type }) => type),
  schema: `${auditGroups.schema};\n${AUDIT_LOG}`,
  async project(events, sql, memory) {
    const head = await newest(sql, memory);
    const news = events.filter(({ position }) => head === undefined || position > head);
    await auditGroups.upsert(sql, grouped(news).map(groupRow));
    const last = news.at(-1);
    if (last) memory.of(NEWEST).set('', { position: last.position });
    return [];
  },
};

/** Of the events that are in the log. */
const NEWEST: Kind<Pick<Recorded, 'position'>> = { weigh: () => 100 };

/** A batch that comes again may be cut in another way. */
async function newest(sql: Sql, memory: Memory): Promise<string | undefined> {
  const known = memory.of(NEWEST).get('');
  if (known) return known.position;
  const { rows } = await sql.query<Pick<AuditGroup, 'positions'>>(
    'select positions from rm_audit_groups order by position desc limit 1',
  );
  return rows[0]?.positions.split(' ').at(-1);
}

/** Events that stand one after another in one stream by one command. */
function grouped(events: readonly Recorded[]): Recorded[][] {
  const groups: Recorded[][] = [];
  for (const recorded of events) {
    const group = groups.at(-1);
    if (group && isNextOf(group.at(-1)!, recorded)) group.push(recorded);
    else groups.push([recorded]);
  }
  return groups;
}

function isNextOf(last: Recorded, next: Recorded): boolean {
  const [mine, its] = [last.metadata, next.metadata];
  return (
    next.stream === last.stream &&
    next.revision === last.revision + 1 &&
    next.event.type !== 'CommandRejected' &&
    its.commandId === mine.commandId &&
    its.correlationId === mine.correlationId &&
    its.causationId === mine.causationId &&
    its.actor.id === mine.actor.id &&
    its.actor.type === mine.actor.type
  );
}

function groupRow(group: readonly Recorded[]): AuditGroup {
  const { stream, revision, event, metadata } = group[0]!;
  const words = (of: (recorded: Recorded) => string): string => group.map(of).join(' ');
  return {
    position: group[0]!.position,
    stream,
    revision,
    actor_type: metadata.actor.type,
    actor_id: metadata.actor.id,
    command_id: metadata.commandId,
    correlation_id: metadata.correlationId,
    causation_id: metadata.causationId,
    rejected: event.type === 'CommandRejected' ? rejection(event as Rejected) : null,
    positions: words(({ position }) => position),
    event_ids: words(({ id }) => id),
    types: words((recorded) => recorded.event.type),
    times: words((recorded) => recorded.metadata.occurredAt),
  };
}

type Rejected = EventOf<typeof CommandRejected>;

const rejection = ({ category, aggregateId, command, code, message }: Rejected): AuditRow['rejected'] => ({
  category,
  aggregateId,
  command,
  code,
  message,
});
