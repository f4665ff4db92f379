import type { CommandRejected } from '../../events/audit.js';
import { eventCatalogue } from '../../events/catalogue.js';
import type { EventOf } from '../../events/define.js';
import type { Recorded } from '../../kernel/event.js';
import type { Projection } from '../projection.js';
import { type AuditRow, auditTable } from './schema.js';

export const auditProjection: Projection = {
  name: 'audit',
  version: 1,
  paceMs: 50,
  handles: Object.values(eventCatalogue)
    .flat()
    .map(({ type }) => type),
  schema: auditTable.schema,
  async project(events, sql) {
    await auditTable.upsert(sql, events.map(auditRow));
    return [];
  },
};

export function auditRow(recorded: Recorded): AuditRow {
  const { metadata, event } = recorded;
  return {
    position: recorded.position,
    event_id: recorded.id,
    stream: recorded.stream,
    revision: recorded.revision,
    type: event.type,
    actor_type: metadata.actor.type,
    actor_id: metadata.actor.id,
    command_id: metadata.commandId,
    correlation_id: metadata.correlationId,
    causation_id: metadata.causationId,
    occurred_at: metadata.occurredAt,
    rejected: event.type === 'CommandRejected' ? rejection(event as Rejected) : null,
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
