import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Answer } from './answer.js';

/**
 * Puts an {@link Answer} on the wire. Here and not in an interceptor: with one anywhere, the framework makes every
 * call an observable of observables, which costs more than all that the edge does.
 */
export class AnsweringAdapter extends FastifyAdapter {
  override reply(reply: FastifyReply, body: unknown, statusCode?: number) {
    if (!(body instanceof Answer)) return super.reply(reply, body, statusCode);
    reply.answer = body;
    void reply.status(body.status).headers(body.headers);
    return super.reply(reply, body.body);
  }
}
