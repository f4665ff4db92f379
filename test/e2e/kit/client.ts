import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { holdToDocument } from '../../kit/described-answers.js';
import type { Account, Addresses } from '../../kit/installation.js';
import { PATIENCE_MS } from '../../kit/patience.js';

export interface Reply<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T & {
    readonly code?: string;
    readonly error?: string;
    readonly details?: Record<string, unknown>;
  };
  readonly headers: Headers;
}

export interface PlanStepDoc {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly service?: { readonly id: string; readonly priceMicro: string; readonly payTo: string };
  readonly maxCostMicro: string;
  readonly retry: { readonly maxAttempts: number };
}

export interface PaymentDoc {
  readonly id: string;
  readonly stepId: string;
  readonly serviceId: string;
  readonly status: string;
  readonly amountMicro: string;
  readonly payTo: string;
  readonly signature: string | null;
}

export interface WorkflowDoc {
  readonly id: string;
  readonly status: string;
  readonly spentMicro: string;
  readonly savedMicro: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly plan: {
    readonly planHash: string;
    readonly maxCostMicro: string;
    readonly maxCost: number;
    readonly steps: readonly PlanStepDoc[];
  } | null;
  readonly payments: readonly PaymentDoc[];
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

export interface StepDoc {
  readonly id: string;
  readonly status: string;
  readonly attempt: number;
  readonly branch: string | null;
  readonly error: { readonly code: string } | null;
}

export interface StepResultDoc {
  readonly stepId: string;
  readonly output?: unknown;
  readonly outputRef?: { readonly sha256: string; readonly size: number };
}

export interface StreamMessage {
  readonly type: string;
  readonly seq?: number;
  readonly data: Record<string, unknown>;
}

export interface Verdict {
  readonly valid: boolean;
  readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly reason: string }[];
}

const LOOK_MS = 40;
const ENDED = ['completed', 'failed', 'cancelled'];

/** The HTTP and WebSocket API of one installation as one of its users sees it, held to its OpenAPI document. */
export class Client {
  constructor(
    readonly url: string,
    readonly account: Account,
  ) {}

  static of = (installed: Addresses): Client => new Client(installed.url, installed);

  /** The same user where the installation is now. */
  at = (installed: Addresses): Client => new Client(installed.url, this.account);

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.account.apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    const answered = isJson ? JSON.parse(text) : text;
    if (isJson) await holdToDocument(this.url, method, path, answer.status, answered);
    return { status: answer.status, body: answered, headers: answer.headers };
  }

  get = <T = Record<string, unknown>>(path: string, headers?: Record<string, string>) =>
    this.call<T>('GET', path, undefined, headers);
  post = <T = Record<string, unknown>>(path: string, body: unknown = {}, headers?: Record<string, string>) =>
    this.call<T>('POST', path, body, headers);

  async create(body: object): Promise<string> {
    const { status, body: answer } = await this.post<{ workflow: { id: string } }>('/workflows/create', body);
    if (status !== 201) throw new Error(`create answered ${status} ${JSON.stringify(answer)}`);
    return answer.workflow.id;
  }

  async workflow(id: string): Promise<WorkflowDoc | undefined> {
    const { status, body } = await this.get<{ workflow: WorkflowDoc }>(`/workflows/${id}`);
    return status === 404 ? undefined : body.workflow;
  }

  async steps(id: string): Promise<{ steps: StepDoc[]; stepResults: StepResultDoc[] }> {
    return (await this.get<{ steps: StepDoc[]; stepResults: StepResultDoc[] }>(`/workflows/${id}/steps`))
      .body;
  }

  /** Waits until the workflow is as wanted. */
  until(id: string, wanted: (workflow: WorkflowDoc) => boolean, ms = PATIENCE_MS): Promise<WorkflowDoc> {
    return until(
      async () => {
        const workflow = await this.workflow(id);
        return workflow && wanted(workflow) ? workflow : undefined;
      },
      ms,
      async () => {
        const { plan: _, ...workflow } = (await this.workflow(id)) ?? { plan: null };
        const { steps } = await this.steps(id);
        return JSON.stringify([steps, workflow]);
      },
    );
  }

  planned = (id: string) => this.until(id, ({ status }) => status !== 'planning');

  /** Until nothing of it moves any more: the run is closed, its hold is settled, and every read model knows. */
  async closed(id: string, ms?: number): Promise<WorkflowDoc> {
    await this.until(id, ({ status }) => ENDED.includes(status), ms);
    await this.until(id, ({ savedMicro }) => savedMicro !== null, ms);
    await this.known(`workflow-${id}`);
    return (await this.workflow(id))!;
  }

  /** Each read model follows at its own pace: waits until all of them know what has happened in a stream so far. */
  async known(stream: string): Promise<void> {
    const { body } = await this.get<{ events: { position: string }[] }>(`/audit/streams/${stream}`);
    await this.getAt('/health/live', body.events.at(-1)!.position);
  }

  /** A read that knows what was written at a position, asked for again as long as the read models are behind. */
  getAt = <T = Record<string, unknown>>(path: string, position: string): Promise<Reply<T>> =>
    until(async () => {
      const reply = await this.get<T>(path, { 'x-min-position': position });
      return reply.body.code === 'DEPENDENCY_DOWN' ? undefined : reply;
    });

  approve = (id: string, planHash?: string) =>
    this.post(`/workflows/${id}/approve`, planHash === undefined ? {} : { planHash });

  /** Creates, waits for the plan, approves it. @returns the plan as it was approved */
  async begin(body: object): Promise<WorkflowDoc> {
    const planned = await this.planned(await this.create(body));
    if (planned.status !== 'awaiting_approval') throw new Error(JSON.stringify(planned.error));
    const { status, body: answer } = await this.approve(planned.id, planned.plan!.planHash);
    if (status !== 200) throw new Error(JSON.stringify(answer));
    return planned;
  }

  async run(body: object, ms?: number): Promise<WorkflowDoc> {
    return this.closed((await this.begin(body)).id, ms);
  }

  /** Few calls that wait for the end, for users whose calls are counted. */
  async ended(id: string): Promise<{ readonly status: string; readonly error: unknown }> {
    const ended = await until(async () => {
      const result = await this.resultWithin(id, 60_000);
      return ENDED.includes(result.status) ? result : undefined;
    });
    await this.known(`workflow-${id}`);
    return ended;
  }

  /** How far a run is when it has ended, or after `ms`. */
  async resultWithin(id: string, ms: number): Promise<{ readonly status: string; readonly error: unknown }> {
    const path = `/workflows/${id}/result?wait=${ms}`;
    return (await this.get<{ status: string; error: unknown }>(path)).body;
  }

  async result(id: string): Promise<unknown> {
    return (await this.get<{ result: unknown }>(`/workflows/${id}/result`)).body.result;
  }

  async balance(
    headers?: Record<string, string>,
  ): Promise<{ available: bigint; held: bigint; total: bigint }> {
    const path = `/escrow/${this.account.userId}/balance`;
    const { body } = await this.get<Record<`${'available' | 'held' | 'total'}Micro`, string>>(path, headers);
    return {
      available: BigInt(body.availableMicro),
      held: BigInt(body.heldMicro),
      total: BigInt(body.totalMicro),
    };
  }

  /** Waits until as much is available as wanted: a deposit is confirmed by the chain, not by its client. */
  funded = (wanted: bigint) =>
    until(async () => ((await this.balance()).available >= wanted ? true : undefined));

  /** The receipt's document; with the proof, for a level that has one. */
  receipt = (id: string, wanted: 'issued' | 'proof' = 'issued'): Promise<Record<string, unknown>> =>
    until(async () => {
      const { status, body } = await this.get<{ receipt: { document: Record<string, unknown> } }>(
        `/workflows/${id}/receipt`,
      );
      if (status !== 200) return undefined;
      const { document } = body.receipt;
      return wanted === 'issued' || document['proof'] ? document : undefined;
    });

  verify = async (receiptId: string, receipt: unknown): Promise<Verdict> =>
    (await this.post<Verdict>(`/receipts/${receiptId}/verify`, { receipt })).body;

  /** Everything the stream of a workflow says from a number on, until `enough` of it was said. */
  stream(
    id: string,
    from: number,
    enough: (messages: readonly StreamMessage[]) => boolean,
  ): Promise<StreamMessage[]> {
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/workflows/${id}/stream?from=${from}`, {
      headers: { authorization: `Bearer ${this.account.apiKey}` },
    });
    const messages: StreamMessage[] = [];
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => end(() => reject(new Error(`the stream said only ${JSON.stringify(messages)}`))),
        PATIENCE_MS,
      );
      const end = (then: () => void) => {
        clearTimeout(late);
        socket.terminate();
        then();
      };
      socket.on('error', (error) => end(() => reject(error)));
      socket.on('message', (text) => {
        messages.push(JSON.parse(String(text)) as StreamMessage);
        if (enough(messages)) end(() => resolve(messages));
      });
    });
  }
}

/** Asks until there is an answer. @throws what `why` tells when there is none in time */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  ms = PATIENCE_MS,
  why: () => Promise<string> = async () => '',
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`not in ${ms} ms: ${(await why()).slice(0, 3_000)}`);
    await pause(LOOK_MS);
  }
}
