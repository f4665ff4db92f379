import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../kernel/errors.js';
import type { ApiDependencies } from '../dependencies.js';
import type { Answer } from './answer.js';

/** Whose key it is that a call holds until it is answered. */
interface Claimed {
  readonly userId: string;
  readonly key: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    claimed?: Claimed | undefined;
  }
  interface FastifyReply {
    /** what the controller answered */
    answer?: Answer | undefined;
  }
}

type Parts = Pick<ApiDependencies, 'idempotency' | 'clock'>;

const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * A mutating call with an `Idempotency-Key` is done once: asked again it answers the same, with another body it is
 * refused, and while the first is under way it is asked to wait. A refused call gives its key back: nothing was
 * done, so that the same key may be tried again once the reason is gone.
 */
export function answerOnce(server: FastifyInstance, api: Parts): void {
  server.decorateRequest('claimed', undefined);
  server.decorateReply('answer', undefined);
  server.addHook('preHandler', (request, reply, done) => {
    const key = request.headers['idempotency-key'];
    // a question that changes nothing may be asked as often as one likes
    const isQuestion = request.method === 'GET' || request.routeOptions.config.operation?.raw;
    if (key === undefined || isQuestion || !request.caller) return done();
    claim(api, request, reply, key, request.caller.principal.userId).then((isDone) => {
      if (!isDone) done();
    }, done);
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    const { claimed } = request;
    if (!claimed) return done(null, payload);
    request.claimed = undefined;
    settle(api, claimed, reply.answer).then(() => done(null, payload), done);
  });
}

/** @returns whether it was done before, and is answered now */
async function claim(
  { idempotency, clock }: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  key: string | readonly string[],
  userId: string,
): Promise<boolean> {
  if (typeof key !== 'string' || !KEY.test(key))
    throw new Refusal('VALIDATION_FAILED', 'An Idempotency-Key has 1 to 200 visible ASCII characters.');
  const claim = await idempotency.claim(userId, key, fingerprintOf(request), clock.now());
  if (claim.is === 'done') {
    const { status, headers, body } = claim.answer;
    void reply.status(status).headers({ ...headers, 'idempotency-replayed': 'true' });
    void reply.send(body);
    return true;
  }
  if (claim.is === 'different')
    throw new Refusal('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key was used for another call.');
  if (claim.is === 'in-flight')
    throw new Refusal(
      'IN_FLIGHT',
      'The same call is still under way.',
      { retryAfterSeconds: 1 },
      'retryable',
    );
  request.claimed = { userId, key };
  // what a crash interrupted is known again by what it made
  request.caller = { ...request.caller!, onceId: `${userId}/${key}/${claim.since}` };
  return false;
}

/** Before the answer leaves: a caller who has it finds it again. */
async function settle({ idempotency }: Parts, { userId, key }: Claimed, answer?: Answer): Promise<void> {
  if (!answer) return idempotency.abandon(userId, key);
  const { status, kept: body, headers } = answer;
  return idempotency.complete(userId, key, { status, body, headers });
}

/** Of what was asked: method, address and body as they were understood. */
const fingerprintOf = ({ method, url, body }: FastifyRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([method, url, body ?? null]))
    .digest('hex');
