import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type HTTPAdapter,
  HTTPFacilitatorClient,
  type RouteConfig,
  x402HTTPResourceServer,
  x402ResourceServer,
} from '@x402/core/server';
import { ExactSvmScheme } from '@x402/svm/exact/server';
import type { EmbeddedChain } from '../../../src/embedded/chain.js';

export interface StockServer {
  readonly url: string;
  /** paid requests that reached the work */
  readonly served: string[];
  close(): Promise<void>;
}

export interface Sale {
  readonly payTo: string;
  readonly price: bigint;
  /** of `PaymentRequirements` */
  readonly extra?: Record<string, unknown>;
  readonly route?: Partial<RouteConfig>;
  /** status that the work ends with */
  readonly status?: number;
}

/** A paid server of the x402 project's own making, over node:http, as its middlewares are over their frameworks. */
export async function startStockServer(chain: EmbeddedChain, sale: Sale): Promise<StockServer> {
  const { payTo, price, extra, route, status = 200 } = sale;
  const facilitator = new HTTPFacilitatorClient({ url: chain.facilitatorUrl });
  const resources = new x402ResourceServer(facilitator).register(chain.network, new ExactSvmScheme());
  const amount = { amount: price.toString(), asset: chain.mint };
  const option = { scheme: 'exact', payTo, price: amount, network: chain.network, ...(extra && { extra }) };
  const x402 = new x402HTTPResourceServer(resources, {
    'POST /work': { accepts: option, description: 'Work', mimeType: 'application/json', ...route },
  });
  await x402.initialize();
  const served: string[] = [];

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray()).toString();
    const context = {
      adapter: adapterOf(request, body),
      path: new URL(request.url ?? '/', 'http://x').pathname,
      method: request.method ?? 'GET',
    };
    const processed = await x402.processHTTPRequest(context);
    if (processed.type === 'no-payment-required') return void response.writeHead(404).end();
    if (processed.type === 'payment-error') return answer(response, processed.response);
    served.push(body);
    const done = Buffer.from(JSON.stringify({ said: body }));
    if (status >= 400) {
      await processed.cancellationDispatcher.cancel({ reason: 'handler_failed', responseStatus: status });
      return void response.writeHead(status, { 'content-type': 'application/json' }).end(done);
    }
    const { paymentPayload, paymentRequirements, declaredExtensions, beforeHandlerSettlement } = processed;
    const settled = await x402.processSettlement(
      paymentPayload,
      paymentRequirements,
      declaredExtensions,
      { request: context, responseBody: done },
      undefined,
      beforeHandlerSettlement,
    );
    if (!settled.success) return answer(response, settled.response);
    response.writeHead(status, { 'content-type': 'application/json', ...settled.headers }).end(done);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/work`,
    served,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Instructions {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

const answer = (response: ServerResponse, { status, headers, body }: Instructions): void =>
  void response.writeHead(status, headers).end(JSON.stringify(body ?? {}));

const adapterOf = (request: IncomingMessage, body: string): HTTPAdapter => {
  const header = (name: string): string | undefined => {
    const value = request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join() : value;
  };
  return {
    getHeader: header,
    getMethod: () => request.method ?? 'GET',
    getPath: () => new URL(request.url ?? '/', 'http://x').pathname,
    getUrl: () => `http://${request.headers.host}${request.url}`,
    getAcceptHeader: () => header('accept') ?? '',
    getUserAgent: () => header('user-agent') ?? '',
    getBody: () => body,
  };
};
