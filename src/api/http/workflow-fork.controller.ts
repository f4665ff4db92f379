import { Body, Controller, Inject, Param, Post } from '@nestjs/common';
import type { Caller } from '../../requests/caller.js';
import { type ForkBody, forkBodySchema } from '../../requests/fork-body.js';
import { forkWorkflow } from '../../requests/fork-workflow.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, money, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';

@Controller('workflows')
export class WorkflowForkController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post(':id/fork')
  @Operation({
    tag: 'workflows',
    summary: 'Start a new workflow from a step of one that is over, keeping what was paid before it',
    body: forkBodySchema,
    success: 201,
  })
  async fork(@Call() call: Caller, @Param('id') id: string, @Body() body: ForkBody): Promise<Answer> {
    const forked = await forkWorkflow(this.api, call, id, body);
    const { workflowId, status, createdAt, kept, required } = forked;
    const forkedFrom = { workflowId: id, stepId: body.fromStep };
    const workflow = { id: workflowId, status, createdAt, forkedFrom, kept, ...money('required', required) };
    return written(201, { workflow }, forked);
  }
}
