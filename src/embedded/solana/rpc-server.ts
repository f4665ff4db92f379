import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Ledger } from './ledger.js';
import type { RpcMethod } from './rpc-context.js';
import { RpcError } from './rpc-error.js';
import { RpcParams } from './rpc-params.js';
import { Subscriptions } from './subscriptions.js';

const BODY_BYTES = 1024 * 1024;
const BATCH = 100;

interface RpcCall {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/**
 * JSON-RPC over HTTP and WebSocket on one loopback port. No answer leaves before everything it may have seen is on
 * the disk: a caller who learned of a transaction finds it again after a crash.
 */
export class RpcServer {
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #subscriptions: Subscriptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly methods: ReadonlyMap<string, RpcMethod>,
  ) {
    this.#subscriptions = new Subscriptions(ledger);
    this.#http = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#sockets = new WebSocketServer({ server: this.#http, maxPayload: BODY_BYTES });
    this.#sockets.on('connection', (socket) => this.#connect(socket));
    // `ws` passes the server's own errors on; `listen` reports them.
    this.#sockets.on('error', () => undefined);
  }

  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, '127.0.0.1', resolve);
    });
    this.#timer = setInterval(() => this.announce(), this.ledger.slots.settings.slotMs);
    this.#timer.unref();
    return (this.#http.address() as AddressInfo).port;
  }

  announce(): void {
    this.ledger.journal.durable().then(
      () => this.#subscriptions.announce(),
      () => undefined, // every later call reports the lost journal
    );
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: string) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    if (request.method === 'GET' && request.url === '/health') return void send(200, '"ok"');
    // A page in a browser can post text to loopback without asking; it cannot post JSON.
    if (request.method !== 'POST' || !request.headers['content-type']?.startsWith('application/json'))
      return void send(415, '{"error":"JSON-RPC by POST of application/json only"}');
    const body = await readBody(request);
    if (body === undefined) return void send(413, '{"error":"too large"}');
    send(200, JSON.stringify(await this.#handleText(body)));
  }

  async #handleText(text: string): Promise<unknown> {
    let calls: unknown;
    try {
      calls = JSON.parse(text);
    } catch {
      return failure(null, new RpcError(-32700, 'Parse error'));
    }
    if (!Array.isArray(calls)) return this.#handle(calls);
    if (calls.length === 0 || calls.length > BATCH)
      return failure(null, new RpcError(-32600, 'Invalid batch'));
    return Promise.all(calls.map((call) => this.#handle(call)));
  }

  /** A refusal may tell of a transaction too, so it waits for the disk like any other answer. */
  async #handle(call: unknown): Promise<unknown> {
    const { id = null, method, params } = (typeof call === 'object' && call !== null ? call : {}) as RpcCall;
    try {
      const answer = await this.#run(id, method, params);
      await this.ledger.journal.durable();
      return answer;
    } catch (error) {
      return failure(id, error);
    } finally {
      if (method === 'sendTransaction') this.announce();
    }
  }

  async #run(id: unknown, method: unknown, params: unknown): Promise<unknown> {
    try {
      if (typeof method !== 'string') throw new RpcError(-32600, 'Invalid request');
      const run = this.methods.get(method);
      if (!run) throw new RpcError(-32601, `Method not found: ${method}`);
      return { jsonrpc: '2.0', id, result: await run(new RpcParams(params)) };
    } catch (error) {
      return failure(id, error);
    }
  }

  #connect(socket: WebSocket): void {
    socket.on('close', () => this.#subscriptions.forget(socket));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => {
      this.#handleMessage(socket, String(data)).catch(() => socket.terminate());
    });
  }

  async #handleMessage(socket: WebSocket, text: string): Promise<void> {
    const subscribed = this.#subscribe(socket, text);
    socket.send(JSON.stringify(subscribed ?? (await this.#handleText(text))));
    if (subscribed) this.announce();
  }

  #subscribe(socket: WebSocket, text: string): unknown {
    let call: RpcCall;
    try {
      call = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (typeof call?.method !== 'string' || !call.method.endsWith('ubscribe')) return undefined;
    const id = call.id ?? null;
    try {
      const result = this.#subscriptions.handle(socket, call.method, call.params);
      if (result === undefined) throw new RpcError(-32601, `Method not found: ${call.method}`);
      return { jsonrpc: '2.0', id, result };
    } catch (error) {
      return failure(id, error);
    }
  }
}

function failure(id: unknown, error: unknown): unknown {
  const { code, message, data } = error instanceof RpcError ? error : internal(error);
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

const internal = (error: unknown): RpcError =>
  new RpcError(-32603, `Internal error: ${error instanceof Error ? error.message : String(error)}`);

/** @returns undefined when there is more than BODY_BYTES of it */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
