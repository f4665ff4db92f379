import { hex } from '../kernel/commitments/hex.js';
import { Refusal } from '../kernel/errors.js';
import { base64 } from '../kernel/log/base64.js';
import { entryOf, receiptHash } from '../kernel/log/entry.js';
import { consistencyRanges, inclusionRanges, type Range, subtreesOf } from '../kernel/log/ranges.js';
import type { TileAddress } from '../kernel/log/tile-path.js';
import { placeOf, TILE_WIDTH, tileId, widthOf } from '../kernel/log/tiles.js';
import { emptyRoot, joined, perfectRoot } from '../kernel/log/tree-hash.js';
import type { Sql } from '../ports/sql.js';
import {
  anchorsOfLog,
  headOfLog,
  leafOfReceipt,
  leavesBetween,
  tilesById,
} from '../projections/receipt-log/queries.js';
import type { LogAnchorRow } from '../projections/receipt-log/schema.js';
import type { Receipt } from '../verifier/document.js';
import type { PublishedKeys } from '../verifier/published-keys.js';
import type { LogSigner } from './log-signer.js';

/** What a receipt carries of the log: its leaf's place, the way to the root, and the root as it was signed. */
export type LogInclusion = NonNullable<Receipt['log']>;

interface Head {
  readonly size: number;
  /** hex */
  readonly root: string;
}

/** The log as anybody may read it, from its tables. */
export class PublishedLog {
  constructor(
    private readonly sql: Sql,
    private readonly signer: LogSigner,
  ) {}

  get identity(): NonNullable<PublishedKeys['log']> {
    const { origin, keyText, former } = this.signer;
    return {
      origin,
      key: keyText,
      ...(former.length > 0 && { former: former.map((each) => ({ ...each })) }),
    };
  }

  async size(): Promise<number> {
    return (await this.head()).size;
  }

  async checkpoint(): Promise<string> {
    return this.signed(await this.head());
  }

  /** @returns hashes side by side; undefined for a tile, or a part of one, that does not exist */
  async tile(level: number, { index, width }: TileAddress): Promise<Uint8Array | undefined> {
    const place = { level, index };
    if (widthOf(place, (await this.head()).size) < width) return undefined;
    const hashes = (await tilesById(this.sql, [tileId(place)])).get(tileId(place));
    return hashes && hashes.length >= width ? bytesOf(hashes.slice(0, width)) : undefined;
  }

  /** @returns entries, each after its length in two bytes; undefined where there are not that many */
  async entries({ index, width }: TileAddress): Promise<Uint8Array | undefined> {
    const from = index * TILE_WIDTH;
    if ((await this.head()).size < from + width) return undefined;
    const leaves = await leavesBetween(this.sql, from, from + width);
    return bytesOf(
      leaves.map(({ receipt_id, statement }) => {
        const entry = entryOf(receiptHash(receipt_id), statement);
        return Uint8Array.of(entry.length >> 8, entry.length & 255, ...entry);
      }),
    );
  }

  /** @returns undefined as long as the receipt is not in the log */
  async inclusion(receiptId: string): Promise<LogInclusion | undefined> {
    const [leaf, head] = await Promise.all([leafOfReceipt(this.sql, receiptId), this.head()]);
    if (!leaf || leaf.leaf >= head.size) return undefined;
    const hashes = await this.hashes(inclusionRanges(leaf.leaf, head.size));
    return { index: leaf.leaf, hashes: hashes.map(base64), checkpoint: this.signed(head) };
  }

  /** @throws Refusal VALIDATION_FAILED where there is nothing to prove */
  async consistency(
    from: number,
    to: number | undefined,
  ): Promise<{ from: number; to: number; hashes: string[] }> {
    const { size } = await this.head();
    const end = to ?? size;
    if (from > end || end > size)
      throw new Refusal('VALIDATION_FAILED', `A proof leads from a size to a later one, at most ${size}.`, {
        from,
        to: end,
        size,
      });
    const hashes = await this.hashes(consistencyRanges(from, end));
    return { from, to: end, hashes: hashes.map(base64) };
  }

  anchors(limit: number): Promise<readonly LogAnchorRow[]> {
    return anchorsOfLog(this.sql, limit);
  }

  private async head(): Promise<Head> {
    return (await headOfLog(this.sql)) ?? { size: 0, root: hex(emptyRoot()) };
  }

  private signed({ size, root }: Head): string {
    return this.signer.checkpoint({ size, root: new Uint8Array(Buffer.from(root, 'hex')) });
  }

  /** All ranges by one look at the tiles. */
  private async hashes(ranges: readonly Range[]): Promise<readonly Uint8Array[]> {
    const pieces = ranges.map((range) => subtreesOf(range).map(placeOf));
    const tiles = await tilesById(this.sql, [...new Set(pieces.flat().map(({ tile }) => tileId(tile)))]);
    return pieces.map((places) =>
      joined(places.map(({ tile, from, to }) => perfectRoot(tiles.get(tileId(tile))!.slice(from, to)))),
    );
  }
}

const bytesOf = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
