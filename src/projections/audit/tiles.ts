import type { Sql, Transaction } from '../../ports/sql.js';
import type { Kind, Memory } from '../memory.js';
import { type AuditGroup, type AuditTile, auditGroups, auditTiles } from './schema.js';

/** So many rows are read in a few milliseconds, and a tile costs one of them a twentieth. */
const TILE_ROWS = 500;

/** The newest rows of the log, of which no tile tells yet. */
interface Untiled extends AuditTile {
  readonly rows: number;
}

const UNTILED: Kind<Untiled> = {
  weigh: ({ actors, streams, types, codes }) =>
    200 + 100 * (actors.length + streams.length + types.length + codes.length),
};

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
  streams: [],
  types: [],
  codes: [],
  earliest: LAST_TIME,
  latest: '',
  rows: 0,
});
const LAST_TIME = '9999-12-31T23:59:59.999Z';

type Told = Pick<AuditGroup, 'position' | 'stream' | 'types' | 'times' | 'rejected' | 'commands'>;

/** After a start. Never much: a tile is written together with the row that completes it. */
async function untiled(sql: Sql): Promise<Untiled> {
  const last = await sql.query<Pick<AuditTile, 'until'>>(
    'select until from rm_audit_tiles order by until desc limit 1',
  );
  const after = last.rows[0]?.until ?? '';
  const { rows } = await sql.query<Told>(
    'select position, stream, types, times, rejected, commands from rm_audit_groups where position > $1 order by position',
    [after],
  );
  return withRows(nothingAfter(after), rows);
}

function withRows(before: Untiled, rows: readonly Told[]): Untiled {
  const [actors, streams, types, codes] = [before.actors, before.streams, before.types, before.codes].map(
    (known) => new Set(known),
  ) as [Set<string>, Set<string>, Set<string>, Set<string>];
  let { earliest, latest } = before;
  for (const row of rows) {
    for (const { actorId } of row.commands) actors.add(actorId);
    streams.add(row.stream);
    for (const type of row.types.split(' ')) types.add(type);
    if (row.rejected) codes.add(row.rejected.code);
    for (const time of row.times.split(' ')) {
      if (time < earliest) earliest = time;
      if (time > latest) latest = time;
    }
  }
  return {
    after: before.after,
    until: rows.at(-1)?.position ?? before.until,
    actors: [...actors],
    streams: [...streams],
    types: [...types],
    codes: [...codes],
    earliest,
    latest,
    rows: before.rows + rows.length,
  };
}
