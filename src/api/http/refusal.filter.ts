import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../kernel/errors.js';
import type { Log } from '../../runtime/log.js';
import { statusOf } from './statuses.js';

/** The one way an error leaves: a refusal says its code and figures, anything unexpected says nothing. */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const refusal = asRefusal(error);
    if (refusal) sendRefusal(http.getResponse<FastifyReply>(), refusal);
    else {
      this.log.error(
        { correlationId: request.callId, route: request.routeOptions?.url, error: describe(error) },
        'a call failed unexpectedly',
      );
      void http
        .getResponse<FastifyReply>()
        .status(500)
        .send({
          success: false,
          error: 'Something failed on our side. It was logged.',
          code: 'INTERNAL',
          details: { correlationId: request.callId },
        });
    }
  }
}

export function sendRefusal(reply: FastifyReply, refusal: Refusal): void {
  const { retryAfterSeconds } = refusal.figures;
  if (typeof retryAfterSeconds === 'number') void reply.header('retry-after', String(retryAfterSeconds));
  if (refusal.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  void reply.status(statusOf(refusal)).send({
    success: false,
    error: refusal.message,
    code: refusal.code,
    ...(Object.keys(refusal.figures).length > 0 && { details: refusal.figures }),
  });
}

/** What the framework refuses by itself: unknown paths, bodies that are no JSON or too large. */
function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  const status = error instanceof HttpException ? error.getStatus() : statusCodeOf(error);
  switch (status) {
    case 404:
      return new Refusal('NOT_FOUND', 'There is nothing at this address.');
    case 413:
      return new Refusal('TOO_LARGE', 'The body is too large.');
    case 415:
      return new Refusal('UNSUPPORTED_MEDIA_TYPE', 'Send application/json.');
    default:
      return status !== undefined && status >= 400 && status < 500
        ? new Refusal('VALIDATION_FAILED', 'The body is not valid JSON.')
        : undefined;
  }
}

const statusCodeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;

/** Stack and class, never the message: it may quote content. */
const describe = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}\n${error.stack?.split('\n    at ').slice(1, 8).join('\n')}`
    : typeof error;
