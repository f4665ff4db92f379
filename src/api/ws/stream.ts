import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { requireOwner } from '../../identity/ownership.js';
import { Refusal } from '../../kernel/errors.js';
import { ownerOfWorkflow } from '../../projections/workflows/queries.js';
import type { ApiDependencies } from '../dependencies.js';
import { parse, secretOf } from '../http/edge.js';
import { statusOf } from '../http/statuses.js';
import { ofOwnWorkflow } from '../own-writes.js';
import { closings } from './closings.js';
import { Follower } from './follower.js';

/** ms between two heartbeats; a client that did not answer the last one is gone. */
const HEARTBEAT = 30_000;
/** A client has nothing to say here. */
const INBOUND_BYTES = 1_024;

const PATH = /^\/workflows\/([0-9A-Za-z_]{1,80})\/stream$/;
export const SUBPROTOCOL = 'quittance';

export const streamQuery = z.strictObject({
  from: z.coerce.number().int().min(1).max(1_000_000_000).default(1),
  until: z.enum(['closed']).optional(),
  access_token: z.string().max(200).optional(),
});

interface Opening {
  readonly workflowId: string;
  readonly from: number;
  readonly untilClosed: boolean;
}

/** `WS /workflows/:id/stream?from=<seq>&until=closed` on the server that answers HTTP. */
export function serveStreams(server: FastifyInstance, api: ApiDependencies): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: INBOUND_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  const alive = new WeakSet<WebSocket>();
  const heartbeat = setInterval(() => {
    for (const socket of sockets.clients) beat(socket, alive);
  }, HEARTBEAT);
  heartbeat.unref();
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    admit(api, request).then(
      (opening) =>
        sockets.handleUpgrade(request, socket, head, (client) => {
          alive.add(client);
          client.on('pong', () => alive.add(client));
          follow(api, client, opening);
        }),
      (error: unknown) => refuse(socket, error),
    );
  });
  server.addHook('preClose', async () => {
    clearInterval(heartbeat);
    for (const client of sockets.clients) client.close(closings.stopping.code, closings.stopping.reason);
    sockets.close();
  });
}

/** @throws Refusal of the same kinds as over HTTP */
async function admit(api: ApiDependencies, request: IncomingMessage): Promise<Opening> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const workflowId = PATH.exec(url.pathname)?.[1];
  if (workflowId === undefined) throw new Refusal('NOT_FOUND', 'There is no stream at this address.');
  const { from, until, access_token } = parse(streamQuery, Object.fromEntries(url.searchParams), 'query');
  const secret = secretOf(request) ?? access_token ?? secretOfProtocols(request);
  const principal = await api.authenticator.authenticate(secret);
  const { allowed, retryAfterMs } = api.rateLimit.take(principal.userId);
  if (!allowed)
    throw new Refusal('RATE_LIMITED', 'That is too many calls in a minute.', {
      retryAfterSeconds: Math.ceil(retryAfterMs / 1_000),
    });
  const owner = () => ownerOfWorkflow(api.sql, workflowId);
  const found = await ofOwnWorkflow(api, principal, workflowId, owner, ['workflows', 'timeline']);
  requireOwner(principal, found, 'workflow');
  return { workflowId, from, untilClosed: until === 'closed' };
}

/** Browsers can set no header: they offer `quittance` and `key.<secret>`, of which only the first is answered. */
function secretOfProtocols({ headers }: IncomingMessage): string | undefined {
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  return offered.find((name) => name.startsWith('key.'))?.slice('key.'.length);
}

function follow(api: ApiDependencies, client: WebSocket, opening: Opening): void {
  const follower = new Follower(api, client, opening);
  client.on('close', () => follower.stop());
  client.on('error', () => client.terminate());
  follower.run().catch((error: unknown) => {
    const name = error instanceof Error ? error.name : typeof error;
    api.log.error({ workflowId: opening.workflowId, error: name }, 'a stream failed');
    client.close(closings.failed.code, closings.failed.reason);
  });
}

function beat(client: WebSocket, alive: WeakSet<WebSocket>): void {
  if (!alive.delete(client)) client.terminate();
  else client.ping();
}

function refuse(socket: Duplex, error: unknown): void {
  const refusal =
    error instanceof Refusal
      ? error
      : new Refusal('INTERNAL', 'Something failed on our side.', {}, 'unknown');
  const status = refusal.code === 'INTERNAL' ? 500 : statusOf(refusal);
  const body = JSON.stringify({ success: false, error: refusal.message, code: refusal.code });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
