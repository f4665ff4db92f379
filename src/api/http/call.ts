import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../kernel/errors.js';
import type { Caller } from '../../requests/caller.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** undefined for strangers on public routes */
    caller?: Caller | undefined;
    callId?: string | undefined;
  }
}

export const callerOf = (request: FastifyRequest): Caller => {
  if (!request.caller) throw new Refusal('UNAUTHENTICATED', 'This needs an API key.');
  return request.caller;
};

/** Who calls, as the edge has established. */
export const Call = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The same, or undefined for a stranger on a public route. */
export const MaybeCall = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().caller,
);
