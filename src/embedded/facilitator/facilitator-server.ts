import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PaymentPayloadV2Schema, PaymentRequirementsV2Schema } from '@x402/core/schemas';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import type { Facilitator } from './facilitator.js';

/** A Solana packet is 1,232 bytes; the rest is requirements and extensions. */
const BODY_BYTES = 64 * 1024;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The facilitator's HTTP interface as x402 v2 defines it: GET /supported, POST /verify, POST /settle. */
export async function serveFacilitator(facilitator: Facilitator, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    answer(facilitator, request)
      .catch((error: unknown): Answer => ({ status: 500, body: { error: messageOf(error) } }))
      .then(({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function answer(facilitator: Facilitator, request: IncomingMessage): Promise<Answer> {
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /supported') return { status: 200, body: facilitator.supported() };
  if (route === 'GET /health') return { status: 200, body: { status: 'ok' } };
  if (route !== 'POST /verify' && route !== 'POST /settle') return refusal(404, 'There is no such route.');
  const asked = await readRequest(request);
  if ('status' in asked) return asked;
  const { payload, requirements } = asked;
  const body = await (route === 'POST /verify'
    ? facilitator.verify(payload, requirements)
    : facilitator.settle(payload, requirements));
  return { status: 200, body };
}

async function readRequest(
  request: IncomingMessage,
): Promise<Answer | { payload: PaymentPayload; requirements: PaymentRequirements }> {
  if (!request.headers['content-type']?.startsWith('application/json'))
    return refusal(415, 'Send application/json.');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_BYTES) return refusal(413, `A request is at most ${BODY_BYTES} bytes.`);
    chunks.push(chunk as Buffer);
  }
  let body: { paymentPayload?: unknown; paymentRequirements?: unknown };
  try {
    body = JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return refusal(400, 'The body is not JSON.');
  }
  const payload = PaymentPayloadV2Schema.safeParse(body?.paymentPayload);
  const requirements = PaymentRequirementsV2Schema.safeParse(body?.paymentRequirements);
  if (!payload.success || !requirements.success) return refusal(400, 'Not an x402 v2 payment.');
  return {
    payload: payload.data as unknown as PaymentPayload,
    requirements: requirements.data as unknown as PaymentRequirements,
  };
}

const refusal = (status: number, error: string): Answer => ({ status, body: { error } });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
