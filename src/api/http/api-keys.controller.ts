import { Body, Controller, Delete, Get, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { type IssuedKey, issueKey, revokeKey, rotateKey } from '../../identity/keys.js';
import { requireOwner } from '../../identity/ownership.js';
import { keyById, keysOfUser } from '../../projections/identity/queries.js';
import { type Caller, contextOf } from '../../requests/caller.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { Answer, ok, written } from './answer.js';
import { Call } from './call.js';
import { Operation } from './operation.js';

const tag = 'api keys';
const MOST_GRACE = 7 * 24 * 3_600_000;

const issueBody = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .regex(/^\P{Cc}*$/u, 'no control characters'),
  expiresAt: z.iso.datetime({ precision: 3 }).optional(),
});
const rotateBody = z.strictObject({
  graceMs: z.number().int().min(0).max(MOST_GRACE).default(0).describe('ms the old secret stays valid'),
});

@Controller('api-keys')
export class ApiKeysController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post()
  @Operation({ tag, summary: 'Issue a key; its secret is shown this once', body: issueBody, success: 201 })
  async issue(@Call() call: Caller, @Body() body: z.output<typeof issueBody>): Promise<Answer> {
    const { userId } = call.principal;
    const { name, expiresAt } = body;
    const wanted = { userId, name, ...(expiresAt !== undefined && { expiresAt }) };
    return shownOnce(201, await issueKey(this.api, wanted, contextOf(call, 'issue-key', userId)));
  }

  @Get()
  @Operation({ tag, summary: 'Your keys, without their secrets', reads: ['identity'] })
  async list(@Call() call: Caller): Promise<Answer> {
    const keys = await keysOfUser(this.api.sql, call.principal.userId);
    return ok({
      apiKeys: keys.map((key) => ({
        id: key.key_id,
        name: key.name,
        prefix: key.prefix,
        issuedAt: key.issued_at,
        expiresAt: key.expires_at,
        revokedAt: key.revoked_at,
        graceUntil: key.grace_until,
        current: key.key_id === call.principal.keyId,
      })),
    });
  }

  @Post(':id/rotate')
  @Operation({ tag, summary: 'Replace the secret of a key', body: rotateBody })
  async rotate(
    @Call() call: Caller,
    @Param('id') id: string,
    @Body() { graceMs }: z.output<typeof rotateBody>,
  ): Promise<Answer> {
    await this.requireOwn(call, id);
    const rotated = await rotateKey(this.api, id, graceMs, contextOf(call, 'rotate-key', id));
    this.api.authenticator.forgetAll();
    return shownOnce(200, rotated);
  }

  @Delete(':id')
  @Operation({ tag, summary: 'Revoke a key for good' })
  async revoke(@Call() call: Caller, @Param('id') id: string): Promise<Answer> {
    await this.requireOwn(call, id);
    const position = await revokeKey(this.api, id, contextOf(call, 'revoke-key', id));
    this.api.authenticator.forgetAll();
    return written(200, { message: 'API key revoked' }, { position });
  }

  private async requireOwn(call: Caller, id: string): Promise<void> {
    requireOwner(call.principal, (await keyById(this.api.sql, id))?.user_id, 'API key');
  }
}

/** What is kept for a repeated call holds no secret: who lost the answer rotates the key. */
function shownOnce(status: number, { keyId, secret, prefix, position }: IssuedKey): Answer {
  const { body, headers } = written(status, { apiKey: { id: keyId, prefix, secret } }, { position });
  return new Answer(status, body, headers, { success: true, apiKey: { id: keyId, prefix } });
}
