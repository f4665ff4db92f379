import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { REFUSED, readerOf } from '../../events/reader.js';
import { problemOfJson } from '../../kernel/canonical-json.js';
import { isRefusal, Refusal } from '../../kernel/errors.js';
import type { Position } from '../../kernel/event.js';
import type { ApiDependencies } from '../dependencies.js';
import { type ReadModel, readModelsAt } from '../own-writes.js';

/**
 * What every call passes before a controller sees it, in the order of what it costs: who calls and how often comes
 * before the body is read, and the body is checked once, by the schema its route declares.
 */
export function guardEdge(server: FastifyInstance, api: ApiDependencies): void {
  // told in advance, so that every request is an object of the same shape
  server.decorateRequest('caller', undefined);
  server.decorateRequest('callId', undefined);
  server.addHook('onRequest', async (request, reply) => {
    request.callId = randomUUID();
    void reply.headers({ 'x-correlation-id': request.callId, 'x-content-type-options': 'nosniff' });
    const operation = request.routeOptions.config.operation;
    if (!operation || operation.access === 'unlimited') return;
    if (operation.access === 'public') await greet(api, request, reply);
    else await identify(api, request, reply);
  });
  server.addHook('preValidation', (request, _reply, done) => {
    done(problemOf(() => requireForm(request)));
  });
  server.addHook('preHandler', (request, _reply, done) => {
    const wanted = request.headers['x-min-position'];
    if (request.method !== 'GET' || typeof wanted !== 'string') return done();
    requireReadModelsAt(api, wanted, request.routeOptions.config.operation?.reads).then(() => done(), done);
  });
}

/** What `check` throws. */
function problemOf(check: () => void): Error | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function requireForm(request: FastifyRequest): void {
  const operation = request.routeOptions.config.operation;
  requirePlainIds(request.params);
  requireNoNul(request.query);
  if (operation) request.query = parse(operation.query ?? NO_QUERY, request.query ?? {}, 'query');
  if (operation?.body && !operation.raw) {
    requireStrictJson(request.body ?? {});
    request.body = parse(operation.body, request.body ?? {}, 'body');
  }
}

/** Everybody may come in: who cannot be looked up now, as a stranger. What only an owner sees needs the database, too. */
async function greet(api: ApiDependencies, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (secretOf(request) !== undefined)
    try {
      return await identify(api, request, reply);
    } catch (error) {
      if (!isRefusal(error, 'STORE_UNAVAILABLE')) throw error;
    }
  limit(api, `ip ${request.ip}`, reply);
}

async function identify(api: ApiDependencies, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  try {
    const principal = await api.authenticator.authenticate(secretOf(request));
    const { traceparent, 'if-match': match } = request.headers;
    const seen = match === undefined ? undefined : revisionOf(match);
    request.caller = {
      principal,
      callId: request.callId!,
      ...(seen !== undefined && { seen }),
      ...(typeof traceparent === 'string' && TRACEPARENT.test(traceparent) && { traceparent }),
    };
  } catch (error) {
    // guesses at secrets are limited by where they come from
    if (isRefusal(error, 'UNAUTHENTICATED')) limit(api, `ip ${request.ip}`, reply);
    throw error;
  }
  limit(api, request.caller.principal.userId, reply);
}

/** @throws Refusal VALIDATION_FAILED for anything but an ETag answered here */
function revisionOf(match: string): number {
  const revision = /^"(\d{1,10})"$/.exec(match)?.[1];
  if (revision === undefined)
    throw new Refusal('VALIDATION_FAILED', 'If-Match is not an ETag answered here.');
  return Number(revision);
}

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** From `Authorization: Bearer` or `X-Api-Key`. */
export function secretOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const { authorization, 'x-api-key': apiKey } = headers;
  if (authorization?.startsWith('Bearer ')) return authorization.slice('Bearer '.length).trim();
  return typeof apiKey === 'string' ? apiKey : undefined;
}

function limit(api: ApiDependencies, who: string, reply: FastifyReply): void {
  const { allowed, remaining, retryAfterMs } = api.rateLimit.take(who);
  void reply.header('x-ratelimit-remaining', String(remaining));
  if (allowed) return;
  const retryAfterSeconds = Math.ceil(retryAfterMs / 1_000);
  throw new Refusal(
    'RATE_LIMITED',
    `That is too many calls in a minute. Try again in ${retryAfterSeconds} s.`,
    { retryAfterSeconds },
    'retryable',
  );
}

const NO_QUERY = z.strictObject({});

const PLAIN_ID = /^[0-9A-Za-z_.:-]{1,120}$/;

/** Nothing here has an address with other characters in it. @throws Refusal NOT_FOUND */
function requirePlainIds(params: unknown): void {
  for (const [name, value] of Object.entries((params ?? {}) as Record<string, string>))
    for (const id of name === '*' ? value.split('/') : [value])
      if (!PLAIN_ID.test(id)) throw new Refusal('NOT_FOUND', 'There is nothing at this address.');
}

/** No database keeps one. @throws Refusal VALIDATION_FAILED */
function requireNoNul(query: unknown): void {
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, unknown>))
    if (String(value).includes('\0')) throw invalid('query', [`${name.slice(0, 100)}: a NUL`]);
}

/** What two JSON parsers may read differently would be committed to as one of them reads it. @throws Refusal VALIDATION_FAILED */
function requireStrictJson(body: unknown): void {
  const problem = problemOfJson(body);
  if (problem !== undefined) throw invalid('body', [problem.slice(0, 300)]);
}

const invalid = (what: string, problems: readonly string[]): Refusal =>
  new Refusal('VALIDATION_FAILED', `The ${what} is not what this call takes.`, { problems });

const MOST_PROBLEMS = 10;

/** @throws Refusal VALIDATION_FAILED naming each member that is wrong and why, never its value */
export function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const read = readerOf(schema)(value);
  if (read !== REFUSED) return read;
  // says what is wrong with it
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, MOST_PROBLEMS)
    .map(({ path, message }) => `${path.join('.') || what}: ${message}`.slice(0, 300));
  throw invalid(what, problems);
}

const POSITION = /^[0-9A-Za-z:/._-]{1,80}$/;

async function requireReadModelsAt(
  api: ApiDependencies,
  wanted: string,
  models: readonly ReadModel[] | undefined,
): Promise<void> {
  if (!POSITION.test(wanted))
    throw new Refusal('VALIDATION_FAILED', 'X-Min-Position is not a position answered here.');
  await readModelsAt(api, wanted as Position, models);
}
