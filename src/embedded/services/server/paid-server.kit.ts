import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { address, generateKeyPairSigner } from '@solana/kit';
import { findAssociatedTokenPda, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { GuardedClient } from '../../../adapters/http/guarded-client.js';
import { X402Payer } from '../../../adapters/x402/payer.js';
import type { PaidCall, PreparedPayment, Quote } from '../../../ports/payments.js';
import { type EmbeddedChain, startChain } from '../../chain.js';
import { type RunningServices, type ServicesOptions, startServices } from '../../services.js';
import { type Service, WORKSHOP } from '../workshop.js';

/** A real chain and facilitator, a payer with money, and the bazaar with its works counted. */
export interface Market {
  readonly chain: EmbeddedChain;
  readonly works: Map<string, number>;
  services(): RunningServices;
  call(id: string, body: unknown): PaidCall;
  /** asks for the price and signs, sending nothing */
  prepare(call: PaidCall, dialect?: 'x402-v1'): Promise<{ quote: Quote; payment: PreparedPayment }>;
  send(call: PaidCall, header: string): Promise<Reply>;
  earned(): Promise<bigint>;
  /** ends the bazaar and opens it again on the same folder and port */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly receipt: string | null;
}

export async function openMarket(
  options: Partial<ServicesOptions> & { services?: readonly Service[] } = {},
  between?: (facilitatorUrl: string) => Promise<Server>,
): Promise<Market> {
  const folder = mkdtempSync(join(tmpdir(), 'bazaar-'));
  const chain = await startChain({ dataDir: join(folder, 'chain') });
  const proxy = await between?.(chain.facilitatorUrl);
  const facilitatorUrl = proxy
    ? `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    : chain.facilitatorUrl;
  const works = new Map<string, number>();
  const sold = (options.services ?? WORKSHOP).map((service) => counted(service, works));
  const open = (port: number): Promise<RunningServices> =>
    startServices({
      random: () => 0.99,
      ...options,
      services: sold,
      dataDir: join(folder, 'services'),
      facilitatorUrl,
      rpcUrl: chain.rpcUrl,
      network: chain.network,
      asset: chain.mint,
      port,
    });
  let services = await open(0);
  const signer = await generateKeyPairSigner();
  await chain.faucet(signer.address, 10_000_000n);
  const http = new GuardedClient({ allowedOrigins: [services.url] });
  const { rpcUrl, network, mint } = chain;
  const current = new X402Payer({ http, signer, rpcUrl, network, mint });
  const old = new X402Payer({ http: withoutV2(http), signer, rpcUrl, network, mint });
  let payments = 0;
  return {
    chain,
    works,
    services: () => services,
    call: (id, body) => ({ method: 'POST', url: `${services.url}/svc/${id}`, body, idempotencyKey: 'k' }),
    async prepare(call, dialect) {
      const payer = dialect === 'x402-v1' ? old : current;
      const asked = await payer.quote(call);
      if (!('quote' in asked)) throw new Error('the service asked for nothing');
      return { quote: asked.quote, payment: await payer.prepare(asked.quote, `payment-${++payments}`) };
    },
    async send({ url, body }, header) {
      const headers = { 'content-type': 'application/json', 'payment-signature': header };
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      const text = await answer.text();
      const receipt = answer.headers.get('payment-response');
      return { status: answer.status, text, body: JSON.parse(text) as Record<string, unknown>, receipt };
    },
    // One micro-USDC opened the account.
    earned: async () => (await balance(chain, services.payTo)) - 1n,
    async restart() {
      const port = Number(new URL(services.url).port);
      await services.close();
      services = await open(port);
    },
    async close() {
      await services.close();
      proxy?.closeAllConnections();
      proxy?.close();
      await chain.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a client sees that does not know of version 2. */
const withoutV2 = (http: GuardedClient): Pick<GuardedClient, 'request'> => ({
  request: async (request) => {
    const answer = await http.request(request);
    const header = (name: string) => (name === 'payment-required' ? null : answer.header(name));
    return { ...answer, header };
  },
});

const counted = (service: Service, works: Map<string, number>): Service => ({
  ...service,
  work: (input) => {
    const { id } = service.declaration;
    works.set(id, (works.get(id) ?? 0) + 1);
    return service.work(input);
  },
});

async function balance({ rpcUrl, mint }: EmbeddedChain, owner: string): Promise<bigint> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'getTokenAccountBalance',
      params: [await tokenAccount(owner, mint), { commitment: 'processed' }],
    }),
  });
  const { result } = (await response.json()) as { result: { value: { amount: string } } };
  return BigInt(result.value.amount);
}

async function tokenAccount(owner: string, mint: string): Promise<string> {
  const [account] = await findAssociatedTokenPda({
    owner: address(owner),
    mint: address(mint),
    tokenProgram: TOKEN_PROGRAM_ADDRESS,
  });
  return account;
}
