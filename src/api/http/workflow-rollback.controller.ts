import { Body, Controller, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import type { Caller } from '../../requests/caller.js';
import { settleRollback } from '../../requests/settle-rollback.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';

const tag = 'workflows';

const retryBody = z.strictObject({});
const resolveBody = z.strictObject({
  note: z.string().trim().min(1).max(500).describe('what was done by hand'),
});

/** What operators do about a rollback that has failed. */
@Controller('workflows')
export class WorkflowRollbackController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post(':id/compensation/retry')
  @Operation({
    tag,
    summary: 'Try a failed rollback again (operators)',
    body: retryBody,
    success: 202,
  })
  async retry(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    const settled = await settleRollback(this.api, call, id, { type: 'retry' });
    return written(202, { message: 'The rollback is tried again', status: 'rolling_back' }, settled);
  }

  @Post(':id/compensation/resolve')
  @Operation({
    tag,
    summary: 'Close a run whose rollback failed, after seeing to it by hand (operators)',
    body: resolveBody,
  })
  async resolve(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() { note }: z.output<typeof resolveBody>,
  ): Promise<Answer> {
    const settled = await settleRollback(this.api, call, id, { type: 'resolve', note });
    return written(200, { message: 'The rollback is resolved', rollback: 'resolved' }, settled);
  }
}
