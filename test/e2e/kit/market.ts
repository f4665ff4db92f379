import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSigner } from '@solana/kit';
import type { Addresses } from '../../kit/installation.js';
import { decodeHeader, encodeHeader } from '../../kit/paid-service.js';
import { rpc } from './chain.js';

/** What one stall asks for a call. */
export interface Terms {
  readonly scheme: 'exact';
  readonly network: string;
  readonly asset: string;
  readonly amount: string;
  readonly payTo: string;
  readonly maxTimeoutSeconds: number;
  readonly extra: Record<string, unknown>;
}

export interface Settled {
  readonly success: boolean;
  readonly transaction: string;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

/** One call that brings a payment. */
export interface Sale {
  /** paid calls of this stall so far, this one included */
  readonly number: number;
  readonly body: unknown;
  /** has the facilitator settle the payment; asking again is the same settlement */
  settle(): Promise<Settled>;
}

/** A paid service of the test's own, honest unless it is told otherwise. */
export interface Stall {
  /** the text it has to be given, where it takes one: so that a planner who is told only words can bring it */
  readonly takesText?: string;
  /** what it asks now, when that is not what it asked in the catalogue */
  asks?(terms: Terms): Terms;
  /** what it does with a payment */
  serve?(sale: Sale): Promise<Reply>;
}

export interface Market {
  /** of the registry, and the one origin of all stalls */
  readonly url: string;
  readonly stalls: Map<string, Stall>;
  /** calls that brought a payment, by stall */
  readonly sales: Map<string, number>;
  /** the chain the stalls are paid on; from then on the registry answers */
  connect(installed: Pick<Addresses, 'chain'>): Promise<void>;
  close(): Promise<void>;
}

export const PRICE = 10_000n;

export const ok = (body: unknown): Reply => ({ status: 200, body: JSON.stringify(body) });
export const busy: Reply = { status: 503, body: '{"error":"busy"}' };

/** Settles first, works afterwards, says what it heard. */
export const honest = async (sale: Sale): Promise<Reply> => {
  const { success } = await sale.settle();
  return success ? ok({ heard: sale.body }) : { status: 402, body: '{}' };
};

/** Opens a registry with stalls by name, all on one loopback port that stays the same while stacks come and go. */
export async function openMarket(stalls: Record<string, Stall>): Promise<Market> {
  const book = new Map<string, Reply>();
  const sales = new Map<string, number>();
  let paidOn: { readonly facilitatorUrl: string; readonly terms: Terms } | undefined;
  const provider = await generateKeyPairSigner();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(503).end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const shelf = new Map(Object.entries(stalls));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!paidOn) throw new Error('not open yet');
    const path = new URL(request.url ?? '/', url).pathname;
    if (path === '/discovery/resources') {
      const items = [...shelf].map(([id, stall]) => listing(id, stall, url, paidOn!.terms));
      send(
        response,
        ok({ x402Version: 2, items, pagination: { total: items.length, limit: 100, offset: 0 } }),
      );
      return;
    }
    const id = path.replace('/svc/', '');
    const stall = shelf.get(id);
    if (!stall) return send(response, { status: 404, body: '{}' });
    const text = Buffer.concat(await request.toArray()).toString();
    const header = request.headers['payment-signature'];
    if (typeof header !== 'string') return demand(id, stall, response);
    const known = book.get(header);
    if (known) return send(response, known);
    sales.set(id, (sales.get(id) ?? 0) + 1);
    const sale = { number: sales.get(id)!, body: JSON.parse(text), settle: () => settle(header, stall) };
    const reply = await (stall.serve ?? honest)(sale);
    if (reply.status === 200) book.set(header, reply);
    send(response, reply);
  }

  function demand(id: string, stall: Stall, response: ServerResponse): void {
    const { terms } = paidOn!;
    const accepts = [stall.asks?.(terms) ?? terms];
    const required = { x402Version: 2, resource: { url: `${url}/svc/${id}`, description: id }, accepts };
    response.writeHead(402, { 'payment-required': encodeHeader(required) }).end('{}');
  }

  async function settle(header: string, stall: Stall): Promise<Settled> {
    const { facilitatorUrl, terms } = paidOn!;
    const settled = await fetch(`${facilitatorUrl}/settle`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        x402Version: 2,
        paymentPayload: decodeHeader(header),
        paymentRequirements: stall.asks?.(terms) ?? terms,
      }),
    });
    return (await settled.json()) as Settled;
  }

  return {
    url,
    stalls: shelf,
    sales,
    async connect(installed) {
      const { facilitatorUrl, network, mint } = installed.chain;
      const supported = (await (await fetch(`${facilitatorUrl}/supported`)).json()) as {
        kinds: { extra: Record<string, unknown> }[];
      };
      if (!paidOn) await rpc(installed, 'requestTokenAirdrop', [provider.address, '1']);
      const terms: Terms = {
        scheme: 'exact',
        network,
        asset: mint,
        amount: PRICE.toString(),
        payTo: provider.address,
        maxTimeoutSeconds: 60,
        extra: supported.kinds[0]!.extra,
      };
      paidOn = { facilitatorUrl, terms };
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const send = (response: ServerResponse, { status, body, type = 'application/json' }: Reply): void => {
  response.writeHead(status, { 'content-type': type }).end(body);
};

/** As the Bazaar lists a service, with the member of ours that says what it takes and gives. */
const listing = (id: string, { takesText }: Stall, url: string, terms: Terms) => ({
  resource: `${url}/svc/${id}`,
  type: 'http',
  x402Version: 2,
  accepts: [terms],
  lastUpdated: '2026-01-01T00:00:00.000Z',
  description: `The stall ${id}`,
  mimeType: 'application/json',
  serviceName: id,
  tags: [],
  extensions: {
    bazaar: {
      info: { input: { type: 'http', method: 'POST', bodyType: 'json', body: {} }, output: { type: 'json' } },
      schema: {
        type: 'object',
        properties: { input: { properties: { body: { type: 'object' } } }, output: {} },
      },
    },
    quittance: {
      v: 1,
      id,
      capability: id,
      inputs:
        takesText === undefined
          ? ['words', 'before'].map((name) => ({ name, type: 'json', optional: true, description: name }))
          : [{ name: takesText, type: 'text', optional: false, description: takesText }],
      output: 'json',
      reputation: 9_000,
      uptime: 0.99,
      latencyMs: 10,
    },
  },
});

/** A plan that calls stalls one after the other. */
export const inTurn = (...ids: readonly string[]) => ({
  plan: {
    steps: ids.map((id, index) => ({
      key: `s${index}`,
      kind: 'service_call',
      serviceId: id,
      ...(index === 0
        ? { params: { words: 'hello' } }
        : { dependsOn: [`s${index - 1}`], input: `{"before": steps.s${index - 1}}` }),
    })),
  },
});
