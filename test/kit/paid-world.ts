import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { payment } from '../../src/commands/payment/decide.js';
import type { Aggregate } from '../../src/kernel/aggregate.js';
import { Refusal } from '../../src/kernel/errors.js';
import type { DomainEvent } from '../../src/kernel/event.js';
import { type Micros, toMicros } from '../../src/kernel/money.js';
import type { PaidStep } from '../../src/payments/pay-for-step.js';
import type { Payer, Quote, ServiceAnswer } from '../../src/ports/payments.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import type { Converse, Dispatch } from '../../src/runtime/dispatch.js';

export class Crash extends Error {}

/** What the service does with signed bytes it is sent, once for each time; the last one is for ever. */
export type Conduct =
  | 'serve'
  | 'settle and lose the answer'
  | 'settle and answer 503'
  | 'answer 503'
  | 'answer 422'
  | 'settle and answer 422'
  | 'claim a settlement that is none'
  | 'let the bytes expire'
  | 'settle when the chain has moved on';

/** Bytes as they stand in a header: what was signed can be read from them, and nothing else lands. */
interface Signed {
  readonly memo: string;
  readonly amount: string;
  readonly payTo: string;
  readonly asset: string;
  readonly lastValid: string;
}

/** A chain and a paid service in a few lines, with the rules that the real ones keep. */
export class PaidWorld {
  readonly store = new MemoryEventStore();
  /** memo → the transfer it belongs to; a transaction lands once */
  readonly landed = new Map<string, Signed & { readonly slot: bigint }>();
  height = 100n;
  price = 20_000n;
  payTo = 'PAYEE';
  free = false;
  /** what the service says, when that is to be something else */
  answer: unknown;
  conduct: Conduct[] = ['serve'];
  sent: string[] = [];
  private signed = 0;

  readonly payer: Payer = {
    quote: async () => {
      if (this.free) return { answer: good };
      const { price, payTo } = this;
      const quote: Quote = {
        dialect: 'x402-v2',
        scheme: 'exact',
        network: 'n',
        asset: 'USDC',
        payTo,
        amount: toMicros(price),
        maxTimeoutSeconds: 60,
        feePayer: 'FACILITATOR',
        requirement: {},
        resource: {},
      };
      return { quote };
    },
    prepare: async ({ amount, payTo, asset }, paymentId) => {
      const memo = `${paymentId}#${++this.signed}`;
      const lastValidBlockHeight = this.height + 10n;
      const signed: Signed = {
        memo,
        amount: `${amount}`,
        payTo,
        asset,
        lastValid: `${lastValidBlockHeight}`,
      };
      const header = JSON.stringify(signed);
      return { header, memo, blockhash: 'B', lastValidBlockHeight, watermark: null };
    },
    submit: async (_call, { header }) => this.serve(JSON.parse(header) as Signed),
    find: async ({ memo }, { payTo, amount, asset }) => {
      const found = this.landed.get(memo);
      if (!found || found.payTo !== payTo || found.amount !== `${amount}` || found.asset !== asset)
        return undefined;
      return { signature: `signature of ${memo}`, slot: found.slot };
    },
    isExpired: async ({ lastValidBlockHeight }) => this.height > lastValidBlockHeight,
  };

  private served(): ServiceAnswer {
    if (this.answer === undefined) return good;
    return { ...good, body: new TextEncoder().encode(JSON.stringify(this.answer)) };
  }

  private serve(bytes: Signed): ServiceAnswer {
    this.sent.push(bytes.memo);
    const conduct = this.conduct.length > 1 ? this.conduct.shift()! : this.conduct[0]!;
    switch (conduct) {
      case 'serve':
        return this.settle(bytes) ? this.served() : { ...good, status: 402 };
      case 'settle and lose the answer':
        this.settle(bytes);
        throw new Refusal('SERVICE_NO_ANSWER', 'No answer came.', {}, 'unknown');
      case 'settle and answer 503':
        this.settle(bytes);
        return { ...good, status: 503 };
      case 'answer 503':
        return { ...good, status: 503 };
      case 'answer 422':
        return { ...good, status: 422 };
      case 'settle and answer 422':
        this.settle(bytes);
        return { ...good, status: 422 };
      case 'claim a settlement that is none':
        return { ...good, claimedSignature: 'forged' };
      case 'let the bytes expire':
        this.height += 20n;
        return { ...good, status: 402 };
      case 'settle when the chain has moved on':
        setTimeout(() => this.settle(bytes), 20);
        return good;
    }
  }

  /** @returns whether it stands on the chain: landed now or before */
  private settle(bytes: Signed): boolean {
    if (this.landed.has(bytes.memo)) return true;
    if (this.height > BigInt(bytes.lastValid)) return false;
    this.landed.set(bytes.memo, { ...bytes, slot: this.height });
    return true;
  }

  get spent(): bigint {
    return [...this.landed.values()].reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  }

  /** A process of its own: nothing in memory but what the store and the world know. */
  process(crashAt = Number.POSITIVE_INFINITY): {
    readonly dispatch: Dispatch & Converse;
    readonly payer: Payer;
  } {
    const clock = { now: () => Date.parse('2026-01-02T03:04:05.678Z') };
    const handler = new CommandHandler(this.store, clock);
    const fuse = new Fuse(crashAt);
    const dispatch: Dispatch & Converse = {
      send: <S, C extends { readonly type: string }, E extends DomainEvent>(
        ...args: [Aggregate<S, C, E>, string, C, Parameters<Dispatch['send']>[3]]
      ) => fuse.around(() => handler.send(...args)),
      converse: (aggregate, id, next) => fuse.around(() => handler.converse(aggregate, id, next)),
      load: (aggregate, id) => fuse.around(() => handler.load(aggregate, id)),
    };
    const { payer } = this;
    return {
      dispatch,
      payer: {
        quote: (call) => fuse.around(() => payer.quote(call)),
        prepare: (quote, id) => fuse.around(() => payer.prepare(quote, id)),
        submit: (call, bytes) => fuse.around(() => payer.submit(call, bytes)),
        find: (bytes, quote) => fuse.around(() => payer.find(bytes, quote)),
        isExpired: (bytes) => fuse.around(() => payer.isExpired(bytes)),
      },
    };
  }

  state = async () => (await this.process().dispatch.load(payment, 'pay_1')).state;
}

/** Blows before or after the n-th call: a process dies between any two lines, or in the middle of an answer. */
class Fuse {
  private moments = 0;
  private blown = false;

  constructor(private readonly at: number) {}

  async around<T>(call: () => Promise<T>): Promise<T> {
    this.moment();
    const result = await call();
    this.moment();
    return result;
  }

  private moment(): void {
    if (this.moments++ >= this.at) this.blown = true;
    if (this.blown) throw new Crash('the process died');
  }
}

export const good: ServiceAnswer = {
  status: 200,
  mediaType: 'application/json',
  body: new TextEncoder().encode('{"trend":"up"}'),
};

export const paidStep = (more: Partial<PaidStep> = {}): PaidStep => ({
  paymentId: 'pay_1',
  workflowId: 'wf_01',
  runNo: 1,
  stepId: 'step_1',
  userId: 'user_01',
  holdId: 'hold_1',
  serviceId: 'svc_1',
  planHash: 'b'.repeat(64),
  ceiling: 20_000n as Micros,
  approved: { payTo: 'PAYEE', asset: 'USDC', network: 'n' },
  payer: 'PAYER',
  call: { method: 'POST', url: 'http://service', body: {}, idempotencyKey: 'pay_1' },
  ...more,
});
