import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Discovery } from '../services/discovery/discovery.js';
import type { Facilitator } from './facilitator.js';
import { type Asked, isReadable, readAsked, type Unreadable } from './request.js';
import type { ResourceBook } from './resource-book.js';
import { settledInV1, verifiedInV1 } from './v1-answers.js';

/** A Solana packet is 1,232 bytes; the rest is requirements and extensions. */
const BODY_BYTES = 64 * 1024;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The facilitator's HTTP interface as x402 defines it: GET /supported, POST /verify, POST /settle, GET /discovery/…. */
export async function serveFacilitator(
  facilitator: Facilitator,
  port: number,
  host: string,
  resources: Pick<ResourceBook, 'list'>,
): Promise<Server> {
  const server = createServer((request, response) => {
    answer(facilitator, resources, request)
      .catch((error: unknown): Answer => ({ status: 500, body: { error: messageOf(error) } }))
      .then(({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function answer(
  facilitator: Facilitator,
  resources: Pick<ResourceBook, 'list'>,
  request: IncomingMessage,
): Promise<Answer> {
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /supported') return { status: 200, body: facilitator.supported() };
  if (route === 'GET /health') return { status: 200, body: { status: 'ok' } };
  if (route.startsWith('GET /discovery/')) return discovered(resources, request);
  if (route !== 'POST /verify' && route !== 'POST /settle') return refusal(404, 'There is no such route.');
  const body = await readBody(request);
  if ('status' in body) return body;
  const asked = readAsked(body.value);
  const isVerify = route === 'POST /verify';
  if (!isReadable(asked)) return unreadable(asked, isVerify);
  return { status: 200, body: await (isVerify ? verify(facilitator, asked) : settle(facilitator, asked)) };
}

/** GET /discovery/resources and GET /discovery/search, of what was paid for here. */
function discovered(resources: Pick<ResourceBook, 'list'>, request: IncomingMessage): Answer {
  const found = new Discovery(resources.list()).answer(new URL(request.url ?? '/', 'http://facilitator'));
  return found
    ? { status: found.status, body: JSON.parse(found.body) as unknown }
    : refusal(404, 'There is no such route.');
}

async function verify(facilitator: Facilitator, { version, payload, requirements }: Asked) {
  const answer = await facilitator.verify(payload, requirements);
  return version === 1 ? verifiedInV1(answer) : answer;
}

async function settle(facilitator: Facilitator, { version, payload, requirements, network }: Asked) {
  const answer = await facilitator.settle(payload, requirements);
  return version === 1 ? settledInV1(answer, network) : answer;
}

/** In the shape of the answer that was asked for, so that whoever only reads that understands it. */
function unreadable({ code, network }: Unreadable, isVerify: boolean): Answer {
  const error = 'This is not a payment of x402 version 1 or 2.';
  return isVerify
    ? { status: 400, body: { isValid: false, invalidReason: code, error } }
    : { status: 400, body: { success: false, errorReason: code, transaction: '', network, error } };
}

async function readBody(request: IncomingMessage): Promise<Answer | { readonly value: unknown }> {
  if (!request.headers['content-type']?.startsWith('application/json'))
    return refusal(415, 'Send application/json.');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_BYTES) return refusal(413, `A request is at most ${BODY_BYTES} bytes.`);
    chunks.push(chunk as Buffer);
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString()) };
  } catch {
    return refusal(400, 'The body is not JSON.');
  }
}

const refusal = (status: number, error: string): Answer => ({ status, body: { error } });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
