import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, request as send } from 'undici';
import { isRefusal, Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import { ACCEPTED_ENCODINGS, letGo, readBody } from './answer-body.js';
import { guardedConnector } from './guarded-connector.js';
import { isOfOtherProtocol } from './other-protocols.js';
import { Turns } from './turns.js';

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** ms for the whole exchange; 30,000 by default */
  readonly timeoutMs?: number;
  /** bytes of the decoded answer; LIMITS.serviceAnswerBytes by default */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface IncomingAnswer {
  readonly status: number;
  header(name: string): string | null;
  readonly body: Uint8Array;
}

export interface GuardedClientOptions {
  /** origins that may stand on loopback: the embedded services */
  readonly allowedOrigins?: readonly string[];
  /** name resolution, the system's by default */
  readonly lookup?: LookupFunction;
}

const TIMEOUT_MS = 30_000;
/** Failures of the connection itself: nothing was sent, so nothing happened. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The one way out: public hosts only (and an allow-list), no redirects, bounded in bytes and in time. */
export class GuardedClient {
  readonly #guarded: Dispatcher;
  readonly #free = new Agent();
  readonly #allowed: ReadonlySet<string>;
  readonly #turns = new Turns(LIMITS.callsPerOrigin);

  constructor(options: GuardedClientOptions = {}) {
    this.#guarded = new Agent({ connect: guardedConnector(options.lookup) });
    this.#allowed = new Set((options.allowedOrigins ?? []).map((origin) => new URL(origin).origin));
  }

  /**
   * @throws Refusal URL_REFUSED | ADDRESS_REFUSED | REDIRECT_REFUSED | ANSWER_TOO_LARGE (terminal),
   * SERVICE_UNREACHABLE (retryable: nothing was sent), SERVICE_TIMEOUT | SERVICE_NO_ANSWER (unknown)
   */
  async request(request: OutgoingRequest): Promise<IncomingAnswer> {
    const url = readUrl(request.url);
    return this.#turns.run(url.origin, () => this.#exchange(request, url));
  }

  /** The time of an exchange begins with its turn: waiting for others is no fault of the service. */
  async #exchange(request: OutgoingRequest, url: URL): Promise<IncomingAnswer> {
    const maxBytes = request.maxBytes ?? LIMITS.serviceAnswerBytes;
    const timeout = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
    try {
      const answer = await send(url, {
        method: request.method,
        headers: { 'accept-encoding': ACCEPTED_ENCODINGS, ...request.headers },
        body: request.body ?? null,
        signal: request.signal ? AbortSignal.any([timeout, request.signal]) : timeout,
        dispatcher: this.#allowed.has(url.origin) ? this.#free : this.#guarded,
      });
      refuseRedirect(answer, url);
      const body = await readBody(answer, maxBytes, url.host);
      return { status: answer.statusCode, header: (name) => headerOf(answer, name), body };
    } catch (error) {
      throw refusalOf(error, url, timeout);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#guarded.destroy(), this.#free.destroy()]);
  }
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const refuse = (reason: string) =>
    new Refusal('URL_REFUSED', `This address cannot be called: ${reason}.`, { url: text.slice(0, 200) });
  if (!url) throw refuse('it is not a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('it is neither https nor http');
  if (url.username !== '' || url.password !== '') throw refuse('it carries a user name or password');
  if (isOfOtherProtocol(url.port)) throw refuse('its port belongs to another protocol');
  return url;
}

/** A redirect would carry payment headers and inputs to a host nobody approved. */
function refuseRedirect({ statusCode: status, body }: Dispatcher.ResponseData, url: URL): void {
  if (status < 300 || status >= 400 || status === 304) return;
  letGo(body);
  throw new Refusal('REDIRECT_REFUSED', `${url.host} answers with a redirect, which is not followed.`, {
    host: url.host,
    status,
  });
}

function headerOf({ headers }: Dispatcher.ResponseData, name: string): string | null {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

function refusalOf(error: unknown, url: URL, timeout: AbortSignal): Refusal {
  const cause = error instanceof Error ? error.cause : undefined;
  for (const candidate of [error, cause]) if (isRefusal(candidate)) return candidate;
  const host = url.host;
  if (timeout.aborted)
    return new Refusal('SERVICE_TIMEOUT', `${host} did not answer in time.`, { host }, 'unknown', {
      cause: error,
    });
  const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
  if (NOT_CONNECTED.has(code))
    return new Refusal('SERVICE_UNREACHABLE', `${host} cannot be reached.`, { host, code }, 'retryable', {
      cause: error,
    });
  return new Refusal('SERVICE_NO_ANSWER', `${host} broke off without an answer.`, { host, code }, 'unknown', {
    cause: error,
  });
}
