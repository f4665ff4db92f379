import type { Sql, Transaction } from '../../ports/sql.js';
import type { Kind, Memory } from '../memory.js';
import { type AuditGroup, type AuditTile, auditGroups, auditTiles } from './schema.js';

/** So many rows are read in a few milliseconds, and a tile costs one of them a twentieth. */
const TILE_ROWS = 500;

/** The newest rows of the log, of which no tile tells yet. */
interface Untiled extends AuditTile {
  readonly rows: number;
}

const UNTILED: Kind<Untiled> = { weigh: ({ actors }) => 200 + 100 * actors.length };

/** Writes rows of the log, and a tile as soon as there are enough of them. */
export async function writeTiled(
  rows: readonly AuditGroup[],
  sql: Transaction,
  memory: Memory,
): Promise<void> {
  if (rows.length === 0) return;
  const before = memory.of(UNTILED).get('') ?? (await untiled(sql));
  const now = withRows(before, rows);
  auditGroups.upsert(sql, rows);
  const isTile = now.rows >= TILE_ROWS;
  if (isTile) auditTiles.upsert(sql, [now]);
  memory.of(UNTILED).set('', isTile ? nothingAfter(now.until) : now);
}

const nothingAfter = (position: string): Untiled => ({
  after: position,
  until: position,
  actors: [],
  rows: 0,
});

type Told = Pick<AuditGroup, 'position' | 'commands'>;

/** After a start. Never much: a tile is written together with the row that completes it. */
async function untiled(sql: Sql): Promise<Untiled> {
  const last = await sql.query<Pick<AuditTile, 'until'>>(
    'select until from rm_audit_tiles order by until desc limit 1',
  );
  const after = last.rows[0]?.until ?? '';
  const { rows } = await sql.query<Told>(
    'select position, commands from rm_audit_groups where position > $1 order by position',
    [after],
  );
  return withRows(nothingAfter(after), rows);
}

function withRows(before: Untiled, rows: readonly Told[]): Untiled {
  const actors = new Set(before.actors);
  for (const { commands } of rows) for (const { actorId } of commands) actors.add(actorId);
  const until = rows.at(-1)?.position ?? before.until;
  return { after: before.after, until, actors: [...actors], rows: before.rows + rows.length };
}
