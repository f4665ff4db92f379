import { Body, Controller, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { signalName } from '../../events/plan.js';
import { Refusal } from '../../kernel/errors.js';
import type { Caller } from '../../requests/caller.js';
import { sendSignal } from '../../requests/send-signal.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';

const signalBody = z.strictObject({
  payload: z.json().default(null).describe('what the step that waits for it gives'),
  signalId: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,80}$/)
    .optional()
    .describe('of your own: the same id again is the same signal'),
});

@Controller('workflows')
export class WorkflowSignalsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post(':id/signals/:name')
  @Operation({
    tag: 'workflows',
    summary: 'Send a signal that a step of the run waits for, or will wait for',
    body: signalBody,
  })
  async signal(
    @Call() call: Caller,
    @Param('id') id: string,
    @Param('name') name: string,
    @Body() body: z.output<typeof signalBody>,
  ): Promise<Answer> {
    if (!signalName.safeParse(name).success)
      throw new Refusal(
        'VALIDATION_FAILED',
        'A signal is called by letters, digits, dots, _ and -, at most 64.',
      );
    const sent = await sendSignal(this.api, call, id, { ...body, name });
    const { signalId, stepId } = sent;
    const message = stepId === null ? 'Signal kept' : 'Signal taken';
    return written(200, { message, signalId, stepId }, sent);
  }
}
