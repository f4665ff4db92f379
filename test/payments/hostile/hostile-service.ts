import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmbeddedChain } from '../../../src/embedded/chain.js';
import { decodeHeader, encodeHeader, type Offer } from '../../kit/paid-service.js';

export interface Settled {
  readonly success: boolean;
  readonly transaction: string;
  readonly errorReason?: string;
}

/** A request that carries a payment. */
export interface Sale {
  /** the header, whatever version it is of */
  readonly header: string;
  /** 1 for the first payment of the case */
  readonly number: number;
  readonly path: string;
  /** asks the facilitator to settle it for what it was signed for */
  settle(): Promise<Settled>;
}

export interface Terms {
  readonly offer: Offer;
  /** as an honest service would send it */
  readonly required: {
    readonly x402Version: 2;
    readonly resource: { readonly url: string };
    readonly accepts: unknown[];
  };
}

/** What one service does to who calls it; honest where nothing is said. */
export interface Conduct {
  /** answers a call without a payment; `number` counts from 1 */
  readonly unpaid?: (response: ServerResponse, terms: Terms, number: number) => unknown;
  readonly paid?: (response: ServerResponse, sale: Sale) => unknown;
}

export interface HostileService {
  readonly url: string;
  /** conduct by path */
  readonly conducts: Map<string, Conduct>;
  /** calls by path, paid and unpaid */
  readonly paid: Map<string, number>;
  readonly unpaid: Map<string, number>;
  close(): Promise<void>;
}

export const asking = (response: ServerResponse, required: unknown): ServerResponse =>
  response.writeHead(402, { 'payment-required': encodeHeader(required) }).end('{}');

export const answering = (response: ServerResponse, receipt?: unknown): ServerResponse =>
  response
    .writeHead(200, {
      'content-type': 'application/json',
      ...(receipt === undefined ? {} : { 'payment-response': encodeHeader(receipt) }),
    })
    .end('{"done":true}');

export const settleAndAnswer = async (response: ServerResponse, sale: Sale): Promise<void> => {
  const settled = await sale.settle();
  if (settled.success) answering(response, settled);
  else response.writeHead(402, { 'payment-response': encodeHeader(settled) }).end('{}');
};

/** One HTTP server that is as many hostile services as it has paths. */
export async function serveHostile(
  chain: EmbeddedChain,
  payTo: string,
  price: bigint,
): Promise<HostileService> {
  const supported = (await (await fetch(`${chain.facilitatorUrl}/supported`)).json()) as {
    kinds: { extra: Record<string, unknown> }[];
  };
  const service: HostileService = { url: '', conducts: new Map(), paid: new Map(), unpaid: new Map(), close };
  const server: Server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });

  const offerOf = (): Offer => ({
    scheme: 'exact',
    network: chain.network,
    asset: chain.mint,
    amount: price.toString(),
    payTo,
    maxTimeoutSeconds: 60,
    extra: { ...supported.kinds[0]!.extra },
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await request.toArray();
    const path = request.url ?? '/';
    const conduct = service.conducts.get(path) ?? {};
    const header = request.headers['payment-signature'] ?? request.headers['x-payment'];
    const calls = typeof header === 'string' ? service.paid : service.unpaid;
    const number = (calls.get(path) ?? 0) + 1;
    calls.set(path, number);
    if (typeof header === 'string') {
      const sale = { header, number, path, settle: () => settle(header, path) };
      await (conduct.paid ?? settleAndAnswer)(response, sale);
      return;
    }
    const offer = offerOf();
    const resource = { url: `${service.url}${path}` };
    const terms: Terms = { offer, required: { x402Version: 2, resource, accepts: [offer] } };
    await (conduct.unpaid ?? ((to, { required }) => asking(to, required)))(response, terms, number);
  }

  async function settle(header: string, path: string): Promise<Settled> {
    const paymentPayload = decodeHeader<{ x402Version: number; accepted?: Offer }>(header);
    const paymentRequirements = paymentPayload.accepted ?? inV1(offerOf(), `${service.url}${path}`);
    const answer = await fetch(`${chain.facilitatorUrl}/settle`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ x402Version: paymentPayload.x402Version, paymentPayload, paymentRequirements }),
    });
    return (await answer.json()) as Settled;
  }

  async function close(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(service, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** The same offer as version 1 words it. */
export const inV1 = ({ amount, ...offer }: Offer, resource: string) => ({
  ...offer,
  network: 'solana-devnet',
  maxAmountRequired: amount,
  resource,
  description: '',
});
