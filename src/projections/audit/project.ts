import type { CommandRejected } from '../../events/audit.js';
import { eventCatalogue } from '../../events/catalogue.js';
import type { EventOf } from '../../events/define.js';
import type { Recorded } from '../../kernel/event.js';
import type { Sql } from '../../ports/sql.js';
import type { Kind, Memory } from '../memory.js';
import type { Projection } from '../projection.js';
import {
  AUDIT_LOG,
  type AuditCommand,
  type AuditGroup,
  type AuditRow,
  auditGroups,
  auditTiles,
} from './schema.js';
import { writeTiled } from './tiles.js';

/** A log in one order: a hole in it would look like nothing having happened, and what came later would not go before it. */
export const auditProjection: Projection = {
  name: 'audit',
  version: 5,
  paceMs: 50,
  handles: Object.values(eventCatalogue)
    .flat()
    .map(({ type }) => type),
  schema: [auditGroups.schema, auditTiles.schema, AUDIT_LOG].join(';\n'),
  async project(events, sql, memory) {
    const head = await newest(sql, memory);
    const news = events.filter(({ position }) => head === undefined || position > head);
    await writeTiled(grouped(news).map(groupRow), sql, memory);
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

/** Each of a command of its own, they just fit a page: longer rows would be compressed and cut up. */
const MOST_EVENTS = 30;

/** Events that stand one after another in one stream, about the same workflow; one that tells of a refusal alone. */
function grouped(events: readonly Recorded[]): Recorded[][] {
  const groups: Recorded[][] = [];
  for (const recorded of events) {
    const group = groups.at(-1);
    if (group && group.length < MOST_EVENTS && isNextOf(group.at(-1)!, recorded)) group.push(recorded);
    else groups.push([recorded]);
  }
  return groups;
}

const isNextOf = (last: Recorded, next: Recorded): boolean =>
  next.stream === last.stream &&
  next.revision === last.revision + 1 &&
  next.metadata.correlationId === last.metadata.correlationId &&
  last.event.type !== 'CommandRejected' &&
  next.event.type !== 'CommandRejected';

function groupRow(group: readonly Recorded[]): AuditGroup {
  const { stream, revision, event, metadata, position } = group[0]!;
  const words = (of: (recorded: Recorded) => string): string => group.map(of).join(' ');
  const commands: AuditCommand[] = [];
  const nth = group.map((recorded) => {
    const last = commands.at(-1);
    if (!last || !isOf(last, recorded)) commands.push(commandOf(recorded));
    return commands.length - 1;
  });
  return {
    position,
    stream,
    revision,
    correlation_id: metadata.correlationId,
    rejected: event.type === 'CommandRejected' ? rejection(event as Rejected) : null,
    positions: words(({ position }) => position),
    event_ids: words(({ id }) => id),
    types: words((recorded) => recorded.event.type),
    times: words((recorded) => recorded.metadata.occurredAt),
    nth_commands: nth.join(' '),
    commands,
  };
}

const commandOf = ({ metadata: { actor, commandId, causationId } }: Recorded): AuditCommand => ({
  actorType: actor.type,
  actorId: actor.id,
  commandId,
  causationId,
});

const isOf = (command: AuditCommand, { metadata: { actor, commandId, causationId } }: Recorded): boolean =>
  command.commandId === commandId &&
  command.causationId === causationId &&
  command.actorId === actor.id &&
  command.actorType === actor.type;

type Rejected = EventOf<typeof CommandRejected>;

const rejection = ({ category, aggregateId, command, code, message }: Rejected): AuditRow['rejected'] => ({
  category,
  aggregateId,
  command,
  code,
  message,
});
