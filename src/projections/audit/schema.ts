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

export const auditTable = defineTable<AuditRow>({
  name: 'rm_audit_log',
  columns: {
    position: 'text',
    event_id: 'text',
    stream: 'text',
    revision: 'integer',
    type: 'text',
    actor_type: 'text',
    actor_id: 'text',
    command_id: 'text',
    correlation_id: 'text',
    causation_id: 'text',
    occurred_at: 'text',
    rejected: 'jsonb',
  },
  key: ['position'],
  newer: 'position',
  indexes: ['correlation_id, position'],
});
