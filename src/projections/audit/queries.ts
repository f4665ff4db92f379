import type { Sql } from '../../ports/sql.js';
import { type Cursor, type Page, pageOf } from '../page.js';
import { type AuditRow, type AuditTile, actorNeedle } from './schema.js';

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
  const rows = await (isSearchedByTiles(search) ? foundByTiles(sql, search) : found(sql, search));
  return pageOf(rows, search.limit, (row) => [row.position, '']);
}

/** What tiles do not tell of is found by the order of the log, and workflows by an index. */
const isSearchedByTiles = ({ correlation, limit: _, cursor: __, ...search }: AuditSearch): boolean =>
  correlation === undefined && Object.values(search).some((wanted) => wanted !== undefined);

type Stretch = Pick<AuditTile, 'after' | 'until'>;

/** Stretches are read one by one as long as that may be enough, then many at once. */
const MOST_AT_ONCE = 64;

/** What no tile tells of yet, and of the rest only those stretches that may hold what is looked for. */
async function foundByTiles(sql: Sql, search: AuditSearch): Promise<readonly AuditRow[]> {
  const { limit, cursor } = search;
  let before = await lastTiled(sql);
  const rows = [...(await found(sql, search, { after: before }))];
  if (cursor && cursor[0] < before) before = cursor[0];
  for (let most = 1; rows.length <= limit; most = Math.min(4 * most, MOST_AT_ONCE)) {
    const stretches = await stretchesOf(search, sql, before, most);
    if (stretches.length > 0) rows.push(...(await found(sql, search, { stretches })));
    if (stretches.length < most) break;
    before = stretches.at(-1)!.after;
  }
  return rows;
}

async function lastTiled(sql: Sql): Promise<string> {
  const { rows } = await sql.query<Pick<AuditTile, 'until'>>(
    'select until from rm_audit_tiles order by until desc limit 1',
  );
  return rows[0]?.until ?? '';
}

async function stretchesOf(
  { stream, type, actor, code, since, until }: AuditSearch,
  sql: Sql,
  before: string,
  most: number,
): Promise<readonly Stretch[]> {
  const { conditions, values, put, where } = conditionsOf();
  where((p) => `after < ${p}`, before);
  for (const [column, wanted] of Object.entries({ actors: actor, streams: stream, types: type, codes: code }))
    where(
      (p) => `strpos(${column}::text, ${p}) > 0`,
      wanted === undefined ? undefined : JSON.stringify(wanted),
    );
  where((p) => `latest >= ${p}`, since);
  where((p) => `earliest < ${p}`, until);
  const { rows } = await sql.query<Stretch>(
    `select after, until from rm_audit_tiles where ${conditions.join(' and ')} order by until desc limit ${put(most)}`,
    values,
  );
  return rows;
}

/** Conditions and the values of their parameters; what is undefined is no condition. */
function conditionsOf() {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    if (value !== undefined) conditions.push(condition(put(value)));
  };
  return { conditions, values, put, where };
}

/** @param within where to look, in the order of the log; everywhere when absent */
async function found(
  sql: Sql,
  { limit, cursor, ...search }: AuditSearch,
  within: { readonly after?: string; readonly stretches?: readonly Stretch[] } = {},
): Promise<readonly AuditRow[]> {
  const { conditions, values, put, where } = conditionsOf();
  const most = put(limit + 1);
  where((p) => `stream = ${p}`, search.stream);
  where((p) => `type = ${p}`, search.type);
  where((p) => `strpos(group_types, ${p}) > 0`, search.type);
  where((p) => `actor_id = ${p}`, search.actor);
  // most groups are passed over without being cut up
  where((p) => `strpos(group_commands, ${p}) > 0`, search.actor && actorNeedle(search.actor));
  where((p) => `correlation_id = ${p}`, search.correlation);
  where((p) => `rejected ->> 'code' = ${p}`, search.code);
  where((p) => `occurred_at >= ${p}`, search.since);
  where((p) => `occurred_at < ${p}`, search.until);
  where((p) => `group_position < ${p} and position < ${p}`, cursor?.[0]);
  where((p) => `group_position > ${p}`, within.after);
  const { stretches } = within;
  if (stretches) conditions.push('group_position > stretch.after and group_position <= stretch.until');
  // groups stand in the order of their events: only those are cut up that a page needs
  const inOrder = `order by group_position desc, position desc limit ${most}`;
  const page = `select * from rm_audit_log ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''} ${inOrder}`;
  const each = (of: keyof Stretch) => `${put(stretches?.map((stretch) => stretch[of]))}::text[]`;
  const from = stretches
    ? `unnest(${each('after')}, ${each('until')}) as stretch (after, until) cross join lateral (${page}) page`
    : `(${page}) page`;
  const { rows } = await sql.query<AuditRow>(`select ${COLUMNS} from ${from} ${inOrder}`, values);
  return rows;
}
