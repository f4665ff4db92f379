import type { Subtree } from './ranges.js';
import { perfectRoot } from './tree-hash.js';

/** C2SP tlog-tiles: 2^8 hashes side by side, of the leaves (level 0) or of every 256th power of them. */
export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 256;

export interface TilePlace {
  readonly level: number;
  readonly index: number;
}

/** Name of a tile in our tables. */
export const tileId = ({ level, index }: TilePlace): string => `${level}/${index}`;

/** Where the hash of a perfect tree is found: in one tile, over a part of it. */
export function placeOf({ level, index }: Subtree): { tile: TilePlace; from: number; to: number } {
  const width = 2 ** (level % TILE_HEIGHT);
  const first = index * width;
  const from = first % TILE_WIDTH;
  const tile = { level: Math.floor(level / TILE_HEIGHT), index: (first - from) / TILE_WIDTH };
  return { tile, from, to: from + width };
}

/** How many hashes a tile has in a log of that size; 0 when it does not exist. */
export function widthOf({ level, index }: TilePlace, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

export interface Tile extends TilePlace {
  readonly hashes: readonly Uint8Array[];
}

/** The tiles at the right edge that leaves are appended to, one a level: those that are not full. */
export function edgeTiles(size: number): readonly TilePlace[] {
  const tiles: TilePlace[] = [];
  for (let level = 0, hashes = size; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH))
    if (hashes % TILE_WIDTH > 0) tiles.push({ level, index: Math.floor(hashes / TILE_WIDTH) });
  return tiles;
}

/**
 * @param edge the tiles that {@link edgeTiles} names for `size`
 * @returns every tile that is new or has grown
 */
export function grownTiles(
  size: number,
  edge: readonly Tile[],
  leaves: readonly Uint8Array[],
): readonly Tile[] {
  const grown: Tile[] = [];
  let [level, hashes, next] = [0, size, leaves];
  while (next.length > 0) {
    const known = edge.find((tile) => tile.level === level)?.hashes ?? [];
    let index = Math.floor(hashes / TILE_WIDTH);
    const row = [...known, ...next];
    const above: Uint8Array[] = [];
    for (let at = 0; at < row.length; at += TILE_WIDTH, index++) {
      const tile = { level, index, hashes: row.slice(at, at + TILE_WIDTH) };
      grown.push(tile);
      if (tile.hashes.length === TILE_WIDTH) above.push(perfectRoot(tile.hashes));
    }
    [level, hashes, next] = [level + 1, Math.floor(hashes / TILE_WIDTH), above];
  }
  return grown;
}
