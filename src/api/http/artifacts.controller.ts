import { Controller, Get, Inject, Param } from '@nestjs/common';
import { requireOwner } from '../../identity/ownership.js';
import { artifactOfUser } from '../../projections/workflows/queries.js';
import type { Caller } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import type { Answer } from './answer.js';
import { Call } from './call.js';
import { asDownload } from './download.js';
import { Operation } from './operation.js';

@Controller('artifacts')
export class ArtifactsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get(':hash')
  @Operation({
    tag: 'workflows',
    summary: 'The bytes of an attachment or a large output of one of your workflows',
    mediaType: 'application/octet-stream',
    reads: ['workflows'],
  })
  async bytes(@Call() call: Caller, @Param('hash') hash: string): Promise<Answer> {
    const row = await artifactOfUser(this.api.sql, call.principal.userId, hash);
    requireOwner(call.principal, row?.user_id, 'artifact');
    const { sha256, size, media_type: mediaType, place } = row!;
    const bytes = await this.api.content.getArtifact({ sha256, size, mediaType }, place);
    return asDownload(hash, mediaType, bytes);
  }
}
