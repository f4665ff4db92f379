import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { LIMITS } from '../../../kernel/limits.js';
import type { Discovery } from '../discovery/discovery.js';
import type { Service } from '../workshop.js';
import { type Answer, json, refuse, refuseError } from './answer.js';
import type { Counter } from './counter.js';
import { readBody } from './read-body.js';

/** A request may carry several answers of other services at once. */
const BODY_BYTES = 2 * LIMITS.serviceAnswerBytes;
const REQUEST_MS = 30_000;
const CONNECTIONS = 500;

export interface Bazaar {
  readonly services: ReadonlyMap<string, Service>;
  readonly counter: Counter;
  readonly discovery: Discovery;
}

/** Not yet listening: the price of a service names the address it is sold at. */
export function bazaarServer(open: () => Bazaar | undefined): Server {
  const server = createServer(
    { requestTimeout: REQUEST_MS, maxHeaderSize: 32 * 1024 },
    (request, response) => {
      const bazaar = open();
      const answer = bazaar ? route(bazaar, request) : Promise.resolve(notOpen());
      void answer.catch(refuseError).then((found) => send(request, response, found));
    },
  );
  server.maxConnections = CONNECTIONS;
  return server;
}

const notOpen = (): Answer =>
  refuse(503, 'NOT_OPEN', 'The services are being started.', {}, { 'retry-after': '1' });

async function route({ services, counter, discovery }: Bazaar, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://bazaar');
  if (url.pathname === '/health') return json(200, { status: 'ok' });
  if (url.pathname.startsWith('/discovery/')) {
    if (request.method !== 'GET') return wrongMethod('GET');
    return discovery.answer(url) ?? notFound();
  }
  const service = services.get(/^\/svc\/([\w-]{1,64})$/.exec(url.pathname)?.[1] ?? '');
  if (service === undefined) return notFound();
  if (request.method !== 'POST') return wrongMethod('POST');
  // A query is not part of what is sold, and must not make the same sale look like another.
  if (url.search !== '') return refuse(400, 'VALIDATION_FAILED', 'A service takes its inputs in the body.');
  const body = await readBody(request, BODY_BYTES);
  const header = request.headers['payment-signature'] ?? request.headers['x-payment'];
  return counter.serve(service, typeof header === 'string' ? header : undefined, body);
}

const notFound = (): Answer => refuse(404, 'NOT_FOUND', 'There is nothing at this address.');
const wrongMethod = (allow: string): Answer =>
  refuse(405, 'METHOD_NOT_ALLOWED', `Use ${allow}.`, {}, { allow });

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  const bytes = Buffer.from(body, 'utf8');
  // What is left of a refused body is not worth reading.
  const unread = request.complete ? {} : { connection: 'close' };
  response.writeHead(status, {
    ...headers,
    ...unread,
    'content-length': bytes.length,
    'x-content-type-options': 'nosniff',
  });
  response.end(bytes);
}
