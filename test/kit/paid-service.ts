import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmbeddedChain } from '../../src/embedded/chain.js';

export interface Offer {
  scheme: string;
  network: string;
  asset: string;
  amount: string;
  payTo: string;
  maxTimeoutSeconds: number;
  extra: Record<string, unknown>;
}

export interface PaidRequest {
  readonly path: string;
  readonly header: string;
  readonly body: string;
  /** asks the facilitator to settle it; the answer as the facilitator gave it */
  settle(): Promise<{ success: boolean; transaction: string; errorReason?: string }>;
}

type Behaviour = (request: PaidRequest, response: ServerResponse) => Promise<unknown> | unknown;

export interface PaidService {
  readonly url: string;
  /** what it asks of the next caller without a payment */
  offers: Offer[];
  /** what it does with a payment; settles and answers unless told otherwise */
  behave: Behaviour;
  readonly paid: PaidRequest[];
  readonly unpaid: { headers: IncomingMessage['headers']; body: string }[];
  close(): Promise<void>;
}

export const encodeHeader = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
export const decodeHeader = <T>(text: string): T => JSON.parse(Buffer.from(text, 'base64').toString()) as T;

/** Settles first and works afterwards: the order that a race of duplicates cannot exploit. */
const settleAndAnswer: Behaviour = async (request, response) => {
  const settled = await request.settle();
  const headers = { 'content-type': 'application/json', 'payment-response': encodeHeader(settled) };
  if (settled.success) response.writeHead(200, headers).end(JSON.stringify({ said: request.body }));
  else response.writeHead(402, headers).end('{}');
};

/** The smallest honest x402 v2 service, which can be told to be a dishonest one. */
export async function servePaid(chain: EmbeddedChain, payTo: string, amount: string): Promise<PaidService> {
  const { kinds } = (await (await fetch(`${chain.facilitatorUrl}/supported`)).json()) as {
    kinds: { extra: Record<string, unknown> }[];
  };
  const offer = { scheme: 'exact', network: chain.network, asset: chain.mint, amount, payTo };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const service: PaidService = {
    url: '',
    offers: [{ ...offer, maxTimeoutSeconds: 60, extra: kinds[0]!.extra }],
    behave: settleAndAnswer,
    paid: [],
    unpaid: [],
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    const header = request.headers['payment-signature'];
    if (typeof header !== 'string') {
      service.unpaid.push({ headers: request.headers, body });
      const resource = { url: `${service.url}${request.url}`, description: 'says it again' };
      const required = { x402Version: 2, resource, accepts: service.offers };
      response.writeHead(402, { 'payment-required': encodeHeader(required) }).end('{}');
      return;
    }
    const paymentRequirements = service.offers[0];
    const settle = async () => {
      const paymentPayload = decodeHeader(header);
      const settled = await fetch(`${chain.facilitatorUrl}/settle`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ x402Version: 2, paymentPayload, paymentRequirements }),
      });
      return (await settled.json()) as Awaited<ReturnType<PaidRequest['settle']>>;
    };
    const paid = { path: request.url ?? '', header, body, settle };
    service.paid.push(paid);
    await service.behave(paid, response);
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(service, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
