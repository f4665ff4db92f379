import { createHash } from 'node:crypto';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Refusal } from '../../kernel/errors.js';
import type { ApiDependencies } from '../dependencies.js';
import { Answer } from './answer.js';

const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * A mutating call with an `Idempotency-Key` is done once: asked again it answers the same, with another body it is
 * refused, and while the first is under way it is asked to wait. A refused call gives its key back: nothing was
 * done, so that the same key may be tried again once the reason is gone.
 */
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly api: Pick<ApiDependencies, 'idempotency' | 'clock'>) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    if (request.method === 'GET' || key === undefined || !request.caller) return next.handle();
    // a question that changes nothing may be asked as often as one likes
    if (request.routeOptions.config.operation?.raw) return next.handle();
    if (typeof key !== 'string' || !KEY.test(key))
      throw new Refusal('VALIDATION_FAILED', 'An Idempotency-Key has 1 to 200 visible ASCII characters.');
    return from(this.once(request, request.caller.principal.userId, key, next));
  }

  private async once(
    request: FastifyRequest,
    userId: string,
    key: string,
    next: CallHandler,
  ): Promise<unknown> {
    const { idempotency, clock } = this.api;
    const claim = await idempotency.claim(userId, key, fingerprintOf(request), clock.now());
    if (claim.is === 'done')
      return new Answer(claim.answer.status, claim.answer.body, {
        ...claim.answer.headers,
        'idempotency-replayed': 'true',
      });
    if (claim.is === 'different')
      throw new Refusal('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key was used for another call.');
    if (claim.is === 'in-flight')
      throw new Refusal(
        'IN_FLIGHT',
        'The same call is still under way.',
        { retryAfterSeconds: 1 },
        'retryable',
      );
    // what a crash interrupted is known again by what it made
    request.caller = { ...request.caller!, onceId: `${userId}/${key}/${claim.since}` };
    return this.perform(userId, key, next);
  }

  private async perform(userId: string, key: string, next: CallHandler): Promise<unknown> {
    const { idempotency } = this.api;
    let answer: unknown;
    try {
      answer = await lastValueFrom(next.handle());
    } catch (error) {
      await idempotency.abandon(userId, key);
      throw error;
    }
    if (answer instanceof Answer) {
      const { status, kept: body, headers } = answer;
      await idempotency.complete(userId, key, { status, body, headers });
    } else await idempotency.abandon(userId, key);
    return answer;
  }
}

/** Of what was asked: method, address and body as they were understood. */
const fingerprintOf = ({ method, url, body }: FastifyRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([method, url, body ?? null]))
    .digest('hex');
