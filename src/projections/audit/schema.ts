import type { Actor } from '../../kernel/event.js';
import { defineTable } from '../table.js';

/** Every event and every refused command: who, what, when, because of what. Never the event's content. */
export interface AuditRow {
  readonly position: string;
  readonly event_id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly actor_type: Actor['type'];
  readonly actor_id: string;
  readonly command_id: string;
  readonly correlation_id: string;
  readonly causation_id: string;
  readonly occurred_at: string;
  /** of a refused command: which, of whom, and why */
  readonly rejected: {
    readonly category: string;
    readonly aggregateId: string;
    readonly command: string;
    readonly code: string;
    readonly message: string;
  } | null;
}

/** What differs between events that one command put into one stream one after another, words separated by spaces. */
interface Lists {
  readonly positions: string;
  readonly event_ids: string;
  readonly types: string;
  readonly times: string;
}

/** Such events are one row: a run has some seventy, of a few commands. `position` and `revision` are the first's. */
export type AuditGroup = Omit<AuditRow, 'event_id' | 'type' | 'occurred_at'> & Lists;

export const auditGroups = defineTable<AuditGroup>({
  name: 'rm_audit_groups',
  columns: {
    position: 'text',
    stream: 'text',
    revision: 'integer',
    actor_type: 'text',
    actor_id: 'text',
    command_id: 'text',
    correlation_id: 'text',
    causation_id: 'text',
    rejected: 'json',
    positions: 'text',
    event_ids: 'text',
    types: 'text',
    times: 'text',
  },
  key: ['position'],
  newer: 'position',
  indexes: ['correlation_id, position'],
  isLog: true,
});

/** The log, a row an event; no event of a group stands before its `group_position`, by which the groups are found. */
export const AUDIT_LOG = `create or replace view rm_audit_log as
  select g.position as group_position, e.position, e.event_id, g.stream, g.revision + e.nth::int - 1 as revision,
    e.type, g.actor_type, g.actor_id, g.command_id, g.correlation_id, g.causation_id, e.occurred_at, g.rejected
  from rm_audit_groups g cross join lateral unnest(
    string_to_array(g.positions, ' '), string_to_array(g.event_ids, ' '),
    string_to_array(g.types, ' '), string_to_array(g.times, ' ')
  ) with ordinality as e (position, event_id, type, occurred_at, nth)`;
