import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type Figures, Refusal } from '../../kernel/errors.js';

/** ms a call may take; the longest the API holds one is a minute. */
const PATIENCE = 75_000;
/** a call that was refused for its rate is made again, so often at most */
const TRIES = 4;

const refusalBody = z.looseObject({
  error: z.string(),
  code: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** Calls the HTTP API of an installation and reads its own writes. */
export class ApiClient {
  private position: string | undefined;
  private readonly leftOut = new Set<string>();

  constructor(
    readonly url: string,
    readonly apiKey: string,
    /** told once of read models that have old rows of what was asked for */
    private readonly onLeftOut: (models: string) => void = () => {},
  ) {}

  get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.call('GET', path, undefined, schema);
  }

  /** Safe to repeat: the call carries a key of its own. */
  post<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T> {
    return this.call('POST', path, body, schema);
  }

  async bytes(path: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.fetch('GET', path, undefined, randomUUID())).arrayBuffer());
  }

  private async call<T>(method: string, path: string, body: object | undefined, schema: z.ZodType<T>) {
    const key = randomUUID();
    for (let tries = 1; ; tries++) {
      try {
        const answer = schema.safeParse(await (await this.fetch(method, path, body, key)).json());
        if (answer.success) return answer.data;
        throw new Refusal(
          'UNEXPECTED_ANSWER',
          `${this.url} answers ${path} in a form this version does not know.`,
        );
      } catch (error) {
        const wait = error instanceof Refusal ? error.figures['retryAfterSeconds'] : undefined;
        if (tries >= TRIES || typeof wait !== 'number') throw error;
        await pause(wait * 1_000);
      }
    }
  }

  private async fetch(
    method: string,
    path: string,
    body: object | undefined,
    key: string,
  ): Promise<Response> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(body && { 'content-type': 'application/json', 'idempotency-key': key }),
        ...(method === 'GET' && this.position !== undefined && { 'x-min-position': this.position }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE),
    }).catch((cause: unknown) => {
      throw new Refusal('NOT_REACHED', `No Quittance answers at ${this.url}.`, {}, 'retryable', { cause });
    });
    this.position = response.headers.get('x-position') ?? this.position;
    if (!response.ok) throw await refusalOf(response);
    const leftOut = response.headers.get('x-left-out');
    if (leftOut && !this.leftOut.has(leftOut)) {
      this.leftOut.add(leftOut);
      this.onLeftOut(leftOut);
    }
    return response;
  }
}

async function refusalOf(response: Response): Promise<Refusal> {
  const body = refusalBody.safeParse(await response.json().catch(() => undefined));
  if (!body.success)
    return new Refusal(
      'UNEXPECTED_ANSWER',
      `${response.url} answered ${response.status}; is it a Quittance?`,
    );
  const { code, error, details = {} } = body.data;
  return new Refusal(code, error, details as Figures);
}
