import { TILE_WIDTH } from './tiles.js';

/** Which part of which tile or bundle an address of C2SP tlog-tiles names. */
export interface TileAddress {
  readonly index: number;
  /** 256 without a `.p/<W>` */
  readonly width: number;
}

const PATH = /^((?:x[0-9]{3}\/){0,4}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** `x001/x234/067` is tile 1234067; `….p/8` its first eight hashes. @returns undefined for what is no address */
export function parseTilePath(path: string): TileAddress | undefined {
  const [, groups, part] = PATH.exec(path) ?? [];
  if (groups === undefined) return undefined;
  const width = part === undefined ? TILE_WIDTH : Number(part);
  if (width > TILE_WIDTH || (part !== undefined && width === TILE_WIDTH)) return undefined;
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  return tilePath(index) === groups ? { index, width } : undefined;
}

export function tilePath(index: number, width: number = TILE_WIDTH): string {
  const groups: string[] = [];
  for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1_000))
    groups.unshift(String(rest % 1_000).padStart(3, '0'));
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}
