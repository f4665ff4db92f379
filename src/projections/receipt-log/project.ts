import { leafHashOf } from '../../commands/receipt-log/state.js';
import { type ReceiptLogEvent, type ReceiptLogEventOf, receiptLogEvents } from '../../events/receipt-log.js';
import { hex } from '../../kernel/commitments/hex.js';
import type { Recorded } from '../../kernel/event.js';
import { idOfStream } from '../../kernel/ids.js';
import { edgeTiles, grownTiles, type Tile, tileId } from '../../kernel/log/tiles.js';
import type { Sql, Transaction } from '../../ports/sql.js';
import type { Projection } from '../projection.js';
import { hashesOf } from './queries.js';
import { type LogHeadRow, type LogTileRow, logAnchors, logHead, logLeaves, logTiles } from './schema.js';

/**
 * The log as it is published: leaves, tiles and head follow from the appends alone, and so can be made again. Each leaf
 * stands on all before it: nothing is left out.
 */
export const receiptLogProjection: Projection = {
  name: 'log',
  version: 1,
  paceMs: 50,
  handles: receiptLogEvents.map(({ type }) => type),
  schema: [logHead, logLeaves, logTiles, logAnchors].map((table) => table.schema).join(';\n'),

  async project(events, sql) {
    const appends = byType(events, 'LogLeavesAppended');
    const [first] = appends;
    if (first) await append(idOfStream(first.stream), appends, sql);
    logAnchors.upsert(sql, [
      ...new Map(
        byType(events, 'LogCheckpointAnchored').map(({ event, revision }) => [
          event.size,
          {
            size: event.size,
            root: event.root,
            network: event.network,
            memo: event.memo,
            signature: event.signature,
            slot: event.slot,
            anchored_at: event.anchoredAt,
            revision,
          },
        ]),
      ).values(),
    ]);
    return [];
  },
};

type Append = Recorded<ReceiptLogEventOf<'LogLeavesAppended'>>;

const byType = <T extends ReceiptLogEvent['type']>(events: readonly Recorded[], type: T) =>
  events.filter(({ event }) => event.type === type) as unknown as readonly Recorded<ReceiptLogEventOf<T>>[];

async function append(log: string, appends: readonly Append[], sql: Transaction): Promise<void> {
  let [head] = await logHead.where(sql, 'log', [log]);
  const begun = head?.size ?? 0;
  const news = appends.filter(({ event, revision }) => {
    // a batch may come again, and an append stands where it says or nowhere
    if (revision <= (head?.revision ?? -1) || event.first !== (head?.size ?? 0)) return false;
    head = headAfter(log, event, revision);
    return true;
  });
  if (!head || news.length === 0) return;
  const edge = await tilesOf(sql, edgeTiles(begun).map(tileId));
  const leaves = news.flatMap(({ event }) => event.leaves.map(leafHashOf));
  logTiles.upsert(sql, grownTiles(begun, edge, leaves).map(rowOf));
  logLeaves.upsert(
    sql,
    news.flatMap(({ event: { first, leaves: added }, revision }) =>
      added.map(({ receiptId, statement }, i) => ({
        leaf: first + i,
        receipt_id: receiptId,
        statement,
        revision,
      })),
    ),
  );
  logHead.upsert(sql, [head]);
}

const headAfter = (log: string, { first, leaves, root, appendedAt }: Append['event'], revision: number) =>
  ({ log, size: first + leaves.length, root, appended_at: appendedAt, revision }) satisfies LogHeadRow;

async function tilesOf(sql: Sql, ids: readonly string[]): Promise<readonly Tile[]> {
  const rows = await logTiles.where(sql, 'id', ids);
  return rows.map(({ id, hashes }) => {
    const [level, index] = id.split('/').map(Number) as [number, number];
    return { level, index, hashes: hashesOf(hashes) };
  });
}

const rowOf = (tile: Tile): LogTileRow => ({
  id: tileId(tile),
  hashes: tile.hashes.map(hex).join(''),
  width: tile.hashes.length,
});
