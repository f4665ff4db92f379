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

/** Who did what because of what: the same for all events of a command. */
export interface AuditCommand {
  readonly actorType: Actor['type'];
  readonly actorId: string;
  readonly commandId: string;
  readonly causationId: string;
}

/**
 * Events that stand one after another in one stream, about the same workflow, are one row: most runs put dozens of
 * them there at once. `position` and `revision` are the first's.
 */
export interface AuditGroup
  extends Pick<AuditRow, 'position' | 'stream' | 'revision' | 'correlation_id' | 'rejected'> {
  /** of each event, words separated by spaces */
  readonly positions: string;
  readonly event_ids: string;
  readonly types: string;
  readonly times: string;
  /** which of the commands each is of */
  readonly nth_commands: string;
  readonly commands: readonly AuditCommand[];
}

/** What the text of `commands` holds where one of them is by this actor. */
export const actorNeedle = (actorId: string): string => JSON.stringify({ actorId }).slice(1, -1);

/** What the rows after one position up to another tell of: what is not there is not looked for in them. */
export interface AuditTile {
  readonly after: string;
  readonly until: string;
  readonly actors: readonly string[];
  readonly streams: readonly string[];
  readonly types: readonly string[];
  /** of refused commands */
  readonly codes: readonly string[];
  /** ISO times of events, which need not be those of the first and the last */
  readonly earliest: string;
  readonly latest: string;
}

export const auditTiles = defineTable<AuditTile>({
  name: 'rm_audit_tiles',
  columns: {
    until: 'text',
    after: 'text',
    actors: 'json',
    streams: 'json',
    types: 'json',
    codes: 'json',
    earliest: 'text',
    latest: 'text',
  },
  key: ['until'],
  newer: 'until',
  isLog: true,
});

export const auditGroups = defineTable<AuditGroup>({
  name: 'rm_audit_groups',
  columns: {
    position: 'text',
    stream: 'text',
    revision: 'integer',
    correlation_id: 'text',
    rejected: 'json',
    positions: 'text',
    event_ids: 'text',
    types: 'text',
    times: 'text',
    nth_commands: 'text',
    commands: 'json',
  },
  key: ['position'],
  newer: 'position',
  indexes: ['correlation_id, position'],
  isLog: true,
});

/** The log, a row an event; no event of a group stands before its `group_position`, by which the groups are found. */
export const AUDIT_LOG = `create or replace view rm_audit_log as
  select g.position as group_position, g.types as group_types, g.commands::text as group_commands, e.position, e.event_id, g.stream,
    g.revision + e.nth::int - 1 as revision, e.type, c.of ->> 'actorType' as actor_type, c.of ->> 'actorId' as actor_id,
    c.of ->> 'commandId' as command_id, g.correlation_id, c.of ->> 'causationId' as causation_id, e.occurred_at, g.rejected
  from rm_audit_groups g cross join lateral unnest(
    string_to_array(g.positions, ' '), string_to_array(g.event_ids, ' '), string_to_array(g.types, ' '),
    string_to_array(g.times, ' '), string_to_array(g.nth_commands, ' ')
  ) with ordinality as e (position, event_id, type, occurred_at, nth_command, nth)
  cross join lateral (select g.commands -> e.nth_command::int as of) c`;
