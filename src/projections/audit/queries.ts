import type { Sql } from '../../ports/sql.js';
import { type Cursor, type Page, pageOf } from '../page.js';
import { type AuditRow, actorNeedle } from './schema.js';

export interface AuditSearch {
  readonly stream?: string | undefined;
  readonly type?: string | undefined;
  readonly actor?: string | undefined;
  readonly correlation?: string | undefined;
  /** code of a refused command */
  readonly code?: string | undefined;
  /** ISO times, inclusive and exclusive */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit: number;
  readonly cursor?: Cursor | undefined;
}

const COLUMNS = `position, event_id, stream, revision, type, actor_type, actor_id, command_id, correlation_id,
  causation_id, occurred_at, rejected`;

/** Newest first. */
export async function searchAudit(sql: Sql, search: AuditSearch): Promise<Page<AuditRow>> {
  const { limit, cursor } = search;
  const values: unknown[] = [limit + 1];
  const conditions: string[] = [];
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  where((p) => `stream = ${p}`, search.stream);
  where((p) => `type = ${p}`, search.type);
  where((p) => `actor_id = ${p}`, search.actor);
  // most groups are passed over without being cut up
  where((p) => `strpos(group_commands, ${p}) > 0`, search.actor && actorNeedle(search.actor));
  where((p) => `correlation_id = ${p}`, search.correlation);
  where((p) => `rejected ->> 'code' = ${p}`, search.code);
  where((p) => `occurred_at >= ${p}`, search.since);
  where((p) => `occurred_at < ${p}`, search.until);
  where((p) => `group_position < ${p} and position < ${p}`, cursor?.[0]);
  // groups stand in the order of their events: only those are cut up that a page needs
  const { rows } = await sql.query<AuditRow>(
    `select ${COLUMNS} from rm_audit_log ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''}
     order by group_position desc, position desc limit $1`,
    values,
  );
  return pageOf(rows, limit, (row) => [row.position, '']);
}
