import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { type Answer, ok } from './answer.js';
import { Operation } from './operation.js';
import { bytesOf } from './raw-bodies.js';

const tag = 'proofs';

const verifyBody = z.strictObject({
  circuitId: z.string().min(1).max(80),
  circuitVersion: z.string().min(1).max(40).optional(),
  proof: z.json(),
  publicSignals: z.array(z.string().max(100)).max(64),
});

const keyQuery = z.strictObject({ version: z.string().min(1).max(40).optional() });

@Controller('proofs')
export class ProofsController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Post('verify')
  @HttpCode(200)
  @Operation({
    tag,
    summary: 'Verify a bare proof; the key is chosen here, never taken from the caller',
    access: 'public',
    body: verifyBody,
    raw: true,
  })
  async verify(@Body() body: unknown): Promise<Answer> {
    return ok(await this.api.verification.proof(bytesOf(body)));
  }

  @Get('circuits')
  @Operation({ tag, summary: 'The circuits, their signals and the hashes of their keys', access: 'public' })
  async list(): Promise<Answer> {
    const circuits = await this.api.circuits.circuits();
    return ok({ circuits: circuits.map(({ verificationKey: _key, ...circuit }) => circuit) });
  }

  @Get('circuits/:id/verification-key')
  @Operation({ tag, summary: 'The verification key of a circuit', access: 'public', query: keyQuery })
  async key(@Param('id') id: string, @Query() { version }: z.output<typeof keyQuery>): Promise<Answer> {
    const circuit = (await this.api.circuits.circuits()).find(
      ({ circuitId, circuitVersion }) =>
        circuitId === id && (version === undefined || circuitVersion === version),
    );
    if (!circuit) throw new Refusal('NOT_FOUND', 'There is no such circuit.');
    const { circuitId, circuitVersion, vkeyHash, keyKind, verificationKey } = circuit;
    return ok({ circuitId, circuitVersion, vkeyHash, keyKind, verificationKey });
  }
}
