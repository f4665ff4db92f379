import { Body, Controller, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import type { Caller } from '../../requests/caller.js';
import { answerStep } from '../../requests/confirm-step.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';

const confirmBody = z.strictObject({
  decision: z.enum(['confirm', 'decline']).default('confirm').describe('decline makes the step fail'),
});

/** What owners say of single steps of a run. */
@Controller('workflows')
export class WorkflowStepsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post(':id/steps/:stepId/confirm')
  @Operation({
    tag: 'workflows',
    summary: 'Confirm or decline a step that waits for it',
    body: confirmBody,
  })
  async confirm(
    @Call() call: Caller,
    @Param('id') id: string,
    @Param('stepId') stepId: string,
    @Body() { decision }: z.output<typeof confirmBody>,
  ): Promise<Answer> {
    const answered = await answerStep(this.api, call, id, stepId, decision);
    const message = decision === 'confirm' ? 'Step confirmed' : 'Step declined';
    return written(200, { message, stepId, decision }, answered);
  }
}
