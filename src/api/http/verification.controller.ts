import { Body, Controller, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { LIMITS } from '../../kernel/limits.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok } from './answer.js';
import { holdQuery, holdTo } from './hold-query.js';
import { Operation } from './operation.js';
import { bytesOf } from './raw-bodies.js';

const tag = 'receipts';

const documentBody = z
  .json()
  .describe(`the receipt itself, or {"receipt": …}; at most ${LIMITS.receiptBytes} bytes`);
const batchBody = z.strictObject({ receipts: z.array(z.json()).min(1).max(LIMITS.verifiedTogether) });

/** For whoever holds receipts of this installation, stored here or not. */
@Controller('receipts')
export class VerificationController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post('verify')
  @HttpCode(200)
  @Operation({
    tag,
    summary: 'Check a receipt as you have it; a line for each check, with its reason',
    access: 'public',
    body: documentBody,
    raw: true,
    query: holdQuery,
  })
  async one(@Body() body: unknown, @Query() query: z.output<typeof holdQuery>): Promise<Answer> {
    return ok(await this.api.verification.receipt(bytesOf(body), holdTo(query)));
  }

  @Post('verify-batch')
  @HttpCode(200)
  @Operation({
    tag,
    summary: `Check up to ${LIMITS.verifiedTogether} receipts together, and name the bad ones`,
    access: 'public',
    body: batchBody,
    raw: true,
    query: holdQuery,
  })
  async many(@Body() body: unknown, @Query() query: z.output<typeof holdQuery>): Promise<Answer> {
    const verdicts = await this.api.verification.receipts(bytesOf(body), holdTo(query));
    const invalid = verdicts.flatMap(({ valid }, i) => (valid ? [] : [i]));
    return ok({ valid: invalid.length === 0, invalid, receipts: verdicts });
  }
}
