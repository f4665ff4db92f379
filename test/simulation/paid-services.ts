import { Refusal } from '../../src/kernel/errors.js';
import { type Micros, parseMicros, toMicros } from '../../src/kernel/money.js';
import type {
  PaidCall,
  Payer,
  PreparedPayment,
  Quote,
  ServiceAnswer,
  SettledPayment,
} from '../../src/ports/payments.js';
import type { Fault } from './faults.js';
import type { Network } from './network.js';
import { type Offer, WORDS } from './plans.js';

export const BLOCK_MS = 400;
/** blocks until what has landed is final, and until signed bytes are worth nothing */
export const FINAL_AFTER = 32;
export const VALID_FOR = 150;

export interface Landed {
  readonly paymentId: string;
  readonly payTo: string;
  readonly amount: Micros;
  readonly at: number;
  readonly signature: string;
}

interface Signed {
  readonly paymentId: string;
  readonly payTo: string;
  readonly amount: string;
  readonly memo: string;
  readonly validUntil: string;
}

export interface Watcher {
  /** @param payTo whom the payment it got pays; none when it was asked for its terms */
  asked(call: PaidCall, payTo?: string): void;
  /** a service has done, or undone, what it was called for */
  did(call: PaidCall): void;
  signed(paymentId: string, payTo: string, amount: Micros): void;
  landed(transfer: Landed): void;
}

const answer = (status: number, value: unknown): ServiceAnswer => ({
  status,
  mediaType: 'application/json',
  body: new TextEncoder().encode(JSON.stringify(value)),
});

/** Ids of payments say what they are for, see kernel/ids.ts. */
const isUndo = ({ idempotencyKey }: PaidCall): boolean => idempotencyKey.endsWith('undo');

const noAnswer = (kind: 'retryable' | 'unknown'): Refusal =>
  new Refusal('SERVICE_ERROR', 'The service did not answer.', {}, kind);

/** A chain on which the same signed bytes land once, and services of every character that are paid over it. */
export class PaidServices implements Payer {
  readonly chain = new Map<string, Landed>();
  /** transfers that somebody has in hand and has not sent yet */
  underWay = 0;
  private readonly signatures: string[] = [];

  constructor(
    private readonly network: Network,
    private readonly offers: ReadonlyMap<string, Offer>,
    private readonly watcher: Watcher,
  ) {}

  quote(call: PaidCall): Promise<{ readonly quote: Quote } | { readonly answer: ServiceAnswer }> {
    const { random } = this.network;
    const offer = this.offerOf(call);
    return this.network.call('ask for terms', async () => {
      this.watcher.asked(call);
      const mood = this.network.stormy ? random.random() : 1;
      const met = (below: number, fault: Fault) => this.network.faults.met(mood < below, fault);
      if (this.isAway(offer)) throw noAnswer('retryable');
      if (met(offer.fails, 'service failed')) throw noAnswer('retryable');
      if (met(offer.fails + offer.cheats / 3, 'service named another recipient'))
        return { quote: termsOf(offer, parseMicros(offer.price), 'THIEF') };
      if (met(offer.fails + offer.cheats, 'service asked too much'))
        return {
          quote: termsOf(offer, toMicros(parseMicros(offer.price) + BigInt(random.between(1, 9_000)))),
        };
      if (met(offer.fails + offer.cheats + offer.refuses / 4, 'service refused'))
        return { answer: answer(422, { error: WORDS }) };
      if (mood < offer.fails + offer.cheats + offer.refuses / 4 + 0.03) {
        this.watcher.did(call);
        return { answer: answer(200, { free: true, words: WORDS }) };
      }
      const rebate = random.chance(0.2) ? BigInt(random.between(0, 900)) : 0n;
      return { quote: termsOf(offer, toMicros(parseMicros(offer.price) - rebate)) };
    });
  }

  async prepare(quote: Quote, paymentId: string): Promise<PreparedPayment> {
    const { random, scheduler } = this.network;
    await this.network.wait(random.between(0, 3));
    const memo = `${paymentId}/${random.ulid()}`;
    const lastValidBlockHeight = BigInt(Math.floor(scheduler.now / BLOCK_MS) + VALID_FOR);
    const signed: Signed = {
      paymentId,
      payTo: quote.payTo,
      amount: `${quote.amount}`,
      memo,
      validUntil: `${lastValidBlockHeight}`,
    };
    this.watcher.signed(paymentId, quote.payTo, quote.amount);
    const header = Buffer.from(JSON.stringify(signed)).toString('base64');
    return { header, memo, blockhash: '1'.repeat(32), lastValidBlockHeight, watermark: null };
  }

  submit(call: PaidCall, payment: PreparedPayment): Promise<ServiceAnswer> {
    const { random } = this.network;
    const offer = this.offerOf(call);
    const bytes = JSON.parse(Buffer.from(payment.header, 'base64').toString()) as Signed;
    const work = async (): Promise<ServiceAnswer> => {
      this.watcher.asked(call, bytes.payTo);
      const { stormy, faults } = this.network;
      if (this.isAway(offer)) throw noAnswer('unknown');
      if (stormy && faults.met(random.chance(offer.slow), 'service slow'))
        await this.network.wait(random.between(5_000, 45_000), undefined);
      const mood = stormy ? random.random() : 1;
      const met = (below: number, fault: Fault) => faults.met(mood < below, fault);
      if (met(offer.keeps, 'service kept the payment')) {
        this.land(bytes, random.between(1_000, 75_000));
        throw noAnswer('unknown');
      }
      if (met(offer.keeps + offer.lies, 'service lied of a payment')) return answer(200, { lie: true });
      if (met(offer.keeps + offer.lies + offer.fails, 'service failed')) {
        if (random.chance(0.5)) this.land(bytes, 0);
        return answer(random.pick([500, 503, 402, 422]), { error: WORDS });
      }
      this.land(bytes, 0);
      if (!this.chain.has(bytes.memo)) return answer(402, { error: 'the payment has expired' });
      if (stormy && isUndo(call) && faults.met(random.chance(offer.keepsIt), 'undoing failed'))
        return answer(random.pick([500, 409, 422]), { error: WORDS });
      this.watcher.did(call);
      return answer(200, { did: offer.id, n: random.between(0, 9), words: WORDS });
    };
    return this.network.call('pay', work).catch((error: unknown) => {
      throw noAnswerOf(error);
    });
  }

  find(
    payment: PreparedPayment,
    quote: Pick<Quote, 'payTo' | 'amount' | 'asset'>,
  ): Promise<SettledPayment | undefined> {
    return this.network.call('look at the chain', () => {
      const { scheduler, random, stormy } = this.network;
      const found = this.chain.get(payment.memo);
      const lag = stormy ? random.between(0, 2_000) : 0;
      if (!found || this.network.faults.met(found.at > scheduler.now - lag, 'chain late')) return undefined;
      if (found.payTo !== quote.payTo || found.amount !== quote.amount) return undefined;
      return { signature: found.signature, slot: BigInt(Math.floor(found.at / BLOCK_MS)) };
    });
  }

  isExpired(payment: PreparedPayment): Promise<boolean> {
    return this.network.call('ask for the height', () => {
      const final = Math.floor(this.network.scheduler.now / BLOCK_MS) - FINAL_AFTER;
      return BigInt(final) > payment.lastValidBlockHeight;
    });
  }

  private land(bytes: Signed, ms: number): void {
    if (ms > 0) {
      this.underWay++;
      this.network.scheduler.after(ms, undefined, 'sent late', () => {
        this.underWay--;
        this.land(bytes, 0);
      });
      return;
    }
    const { now } = this.network.scheduler;
    if (this.chain.has(bytes.memo) || BigInt(Math.floor(now / BLOCK_MS)) > BigInt(bytes.validUntil)) return;
    const signature = `${'5'.repeat(80)}${String(this.signatures.length + 1).padStart(8, 'z')}`;
    this.signatures.push(signature);
    const { paymentId, payTo, amount } = bytes;
    const transfer = { paymentId, payTo, amount: parseMicros(amount), at: now, signature };
    this.chain.set(bytes.memo, transfer);
    this.watcher.landed(transfer);
  }

  private isAway({ away: [from, until] }: Offer): boolean {
    const { scheduler, stormy, faults } = this.network;
    const now = scheduler.now - scheduler.began;
    return stormy && faults.met(now >= from && now < until, 'service away');
  }

  private offerOf(call: PaidCall): Offer {
    const offer = this.offers.get(call.url);
    if (!offer) throw new Refusal('SERVICE_ERROR', `Nobody answers at ${call.url}.`);
    return offer;
  }
}

const termsOf = (offer: Offer, amount: Micros, payTo = offer.payTo): Quote => ({
  dialect: 'x402-v2',
  feePayer: 'FACILITATOR',
  scheme: 'exact',
  network: offer.network,
  asset: offer.asset,
  payTo,
  amount,
  maxTimeoutSeconds: 60,
  requirement: {},
  resource: {},
});

/** As the real payer says it: once paid bytes have left, no failure tells what became of them. */
const noAnswerOf = (error: unknown): Refusal =>
  error instanceof Refusal
    ? new Refusal(error.code, error.message, error.figures, 'unknown')
    : noAnswer('unknown');
