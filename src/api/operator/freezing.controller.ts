import { Body, Controller, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import type { Caller } from '../../requests/caller.js';
import { type FrozenOrNot, freezeEscrow } from '../../requests/freeze-escrow.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, written } from '../http/answer.js';
import { Call } from '../http/call.js';
import { Operation } from '../http/operation.js';

const tag = 'operations';
const reasonBody = z.strictObject({
  reason: z.string().trim().min(3).max(300).describe('shown to the owner of the account'),
});

/** Accounts that operators stop, and let go on. */
@Controller('escrow')
export class FreezingController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post(':userId/freeze')
  @Operation({
    tag,
    summary: 'Nothing more is reserved or withdrawn; what was signed finishes, deposits count (operators)',
    body: reasonBody,
  })
  async freeze(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Body() { reason }: z.output<typeof reasonBody>,
  ): Promise<Answer> {
    return told(userId, await freezeEscrow(this.api, call, { userId, freeze: true, reason }));
  }

  @Post(':userId/unfreeze')
  @Operation({ tag, summary: 'Lets a frozen account go on (operators)', body: reasonBody })
  async unfreeze(
    @Call() call: Caller,
    @Param('userId') userId: string,
    @Body() { reason }: z.output<typeof reasonBody>,
  ): Promise<Answer> {
    return told(userId, await freezeEscrow(this.api, call, { userId, freeze: false, reason }));
  }
}

const told = (userId: string, { frozen, message, ...at }: FrozenOrNot): Answer =>
  written(200, { message, escrow: { userId, frozen } }, at);
