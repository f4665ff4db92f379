import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import { parseIndex } from '../../kernel/log/checkpoint.js';
import { parseTilePath } from '../../kernel/log/tile-path.js';
import type { LogAnchorRow } from '../../projections/receipt-log/schema.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { Answer, ok } from './answer.js';
import { MaybeCall } from './call.js';
import { Operation } from './operation.js';
import { readableReceipt } from './readable-receipt.js';

const tag = 'log';

const index = z
  .string()
  .refine((text) => parseIndex(text) !== undefined, 'is no size of a log')
  .transform((text) => parseIndex(text)!);

const inclusionQuery = z.strictObject({ receipt: z.string().min(1).max(120) });
const consistencyQuery = z.strictObject({
  from: index,
  to: index.optional().describe('the present size when left out'),
});

/** What never changes: a tile that is full, and a part of one that is named by its width. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const LEVEL = /^(0|[1-9]|[1-5][0-9]|6[0-3])$/;
const MOST_ANCHORS = 100;

/** The transparency log, for anybody: C2SP tlog-tiles, and proofs for whoever does not want to make them. */
@Controller('log')
export class LogController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get('checkpoint')
  @Operation({
    tag,
    summary: 'Head of the log of receipts, a signed note',
    access: 'public',
    mediaType: 'text/plain',
  })
  async checkpoint(): Promise<Answer> {
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=1' };
    return new Answer(200, await this.api.receiptLog.checkpoint(), headers);
  }

  @Get('tile/:level/*')
  @Operation({
    tag,
    summary: 'A tile of hashes, or of entries (level `entries`), as C2SP tlog-tiles names it',
    access: 'public',
    mediaType: 'application/octet-stream',
  })
  async tile(@Param('level') level: string, @Param('*') path: string): Promise<Answer> {
    const address = parseTilePath(path);
    const log = this.api.receiptLog;
    const isEntries = level === 'entries';
    const bytes =
      address && (isEntries || LEVEL.test(level))
        ? await (isEntries ? log.entries(address) : log.tile(Number(level), address))
        : undefined;
    if (!bytes) throw new Refusal('NOT_FOUND', 'The log has no such tile.');
    const headers = { 'content-type': 'application/octet-stream', 'cache-control': FOR_EVER };
    return new Answer(200, Buffer.from(bytes), headers);
  }

  @Get('proofs/inclusion')
  @Operation({
    tag,
    summary: 'That a receipt is in the log: for those who may read the receipt',
    access: 'public',
    query: inclusionQuery,
    reads: ['receipts', 'log'],
  })
  async inclusion(
    @MaybeCall() call: Caller | undefined,
    @Query() { receipt }: z.output<typeof inclusionQuery>,
  ): Promise<Answer> {
    await readableReceipt(this.api.sql, call, receipt);
    const log = await this.api.receiptLog.inclusion(receipt);
    if (log) return ok({ log }, { 'cache-control': 'private, max-age=1' });
    throw new Refusal(
      'NOT_IN_LOG',
      'The receipt will be in the log in a moment. Try again.',
      {},
      'retryable',
    );
  }

  @Get('proofs/consistency')
  @Operation({
    tag,
    summary: 'That the log of one size is the beginning of that of a later one',
    access: 'public',
    query: consistencyQuery,
  })
  async consistency(@Query() { from, to }: z.output<typeof consistencyQuery>): Promise<Answer> {
    const proof = await this.api.receiptLog.consistency(from, to);
    return ok({ consistency: proof }, to === undefined ? {} : { 'cache-control': FOR_EVER });
  }

  @Get('anchors')
  @Operation({ tag, summary: 'Heads of the log that stand on a chain, newest first', access: 'public' })
  async anchors(): Promise<Answer> {
    const rows = await this.api.receiptLog.anchors(MOST_ANCHORS);
    return ok({ anchors: rows.map(anchorView) }, { 'cache-control': 'public, max-age=5' });
  }
}

const anchorView = ({ size, root, network, memo, signature, slot, anchored_at }: LogAnchorRow) => ({
  size,
  root,
  network,
  memo,
  signature,
  slot,
  anchoredAt: anchored_at,
});
