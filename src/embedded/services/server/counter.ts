import { encodePaymentResponseHeader } from '@x402/core/http';
import type { PaymentRequirements, SettleResponse } from '@x402/core/types';
import { LRUCache } from 'lru-cache';
import { isRefusal, Refusal } from '../../../kernel/errors.js';
import { growing } from '../../../kernel/growing.js';
import { servicePath } from '../declaration.js';
import type { Service } from '../workshop.js';
import { type Answer, json, refuse, refuseError } from './answer.js';
import type { Cashier } from './cashier.js';
import type { ReceiptSigner } from './jws.js';
import { isMeantFor, type PaidRequest, type Payment, paidFor, readPayment, requestKey } from './payment.js';
import type { Claim, PaymentBook } from './payment-book.js';
import { parseBody } from './read-body.js';
import { withSignedReceipt } from './signed-receipt.js';
import { receiptInV1 } from './v1-payment.js';

export interface CounterParts {
  readonly cashier: Cashier;
  readonly book: PaymentBook;
  readonly baseUrl: string;
  /** 0 to 1; decides when a service that fails now and then does */
  readonly random: () => number;
  /** ms the work of one call may take */
  readonly workTime: number;
  /** of the wallet that is paid; without it nothing is signed */
  readonly signer?: ReceiptSigner | undefined;
}

const BUSY = 'The service is busy. Send the same request again.';
const AGAIN = { 'retry-after': '1' } as const;
/** How often in a row a service that fails now and then fails for one request: whoever asks again is served in the end. */
const BUSY_AT_MOST = 3;
const BUSY_REMEMBERED = 10_000;

/**
 * Sells one call at a time: claims the payment for the request, settles it, and only then works. The same request is
 * answered from the book; the same money for another request is refused; ten copies at once are one sale.
 */
export class Counter {
  readonly #running = new Map<string, Promise<Answer>>();
  /** by request, how often it was turned away so far */
  readonly #busy = new LRUCache<string, number>(growing(BUSY_REMEMBERED));

  constructor(private readonly parts: CounterParts) {}

  async serve(service: Service, header: string | undefined, body: Buffer): Promise<Answer> {
    const { cashier } = this.parts;
    if (header === undefined) return this.#quote(service, body);
    const path = servicePath(service.declaration.id);
    const request = { header, method: 'POST', path, body };
    const key = requestKey(request);
    const answered = this.#fromBook(key);
    if (answered !== undefined) return answered;
    const payment = readPayment(header);
    if (payment === undefined)
      return { ...(await cashier.demand(service.declaration, 'invalid_payload')), status: 400 };
    // Before the first await: two copies of one payment never pass here both.
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const taken = this.#takenElsewhere(payment, key, request);
    if (taken !== undefined) return taken;
    const sale = this.#sell(service, payment, key, body).finally(() => {
      this.#running.delete(key);
      this.#pending.delete(payment.message);
    });
    this.#running.set(key, sale);
    this.#pending.set(payment.message, key);
    return sale;
  }

  /** payments on their way, before the book has them */
  readonly #pending = new Map<string, string>();

  /** A wrong body is told before anybody pays for it; an empty one only asks for the price. */
  async #quote(service: Service, body: Buffer): Promise<Answer> {
    if (body.length > 0) service.read(parseBody(body));
    return this.parts.cashier.demand(service.declaration);
  }

  #fromBook(key: string): Answer | undefined {
    const claim = this.parts.book.claimOf(key);
    return claim && this.parts.book.answerOf(claim);
  }

  #takenElsewhere(payment: Payment, key: string, { method, path }: PaidRequest): Answer | undefined {
    const { book } = this.parts;
    const owner = book.keyOfMessage(payment.message) ?? this.#pending.get(payment.message);
    if (owner === key) return undefined;
    if (owner !== undefined)
      return refuse(409, 'PAYMENT_USED', 'This payment was given for another request.');
    const { identifier } = payment;
    const named = identifier === undefined ? undefined : book.keyOfIdentifier(identifier);
    if (named !== undefined && named !== key)
      return refuse(409, 'IDENTIFIER_USED', 'This payment identifier was given for another payment.');
    if (!isMeantFor(payment, method, `${this.parts.baseUrl}${path}`))
      return refuse(409, 'PAYMENT_ELSEWHERE', 'This payment was made for another resource.');
    return undefined;
  }

  async #sell(service: Service, payment: Payment, key: string, body: Buffer): Promise<Answer> {
    const { book } = this.parts;
    const { failures } = service.declaration;
    const input = service.read(parseBody(body));
    const fails = failures !== undefined && this.#fails(key, failures.share);
    if (fails && failures.when === 'before-settlement') return refuse(503, 'BUSY', BUSY, {}, AGAIN);
    const receipt = book.claimOf(key)?.receipt ?? (await this.#collect(service, payment, key));
    if ('status' in receipt) return receipt;
    const paid = receiptHeader(payment, receipt);
    if (fails) return refuse(503, 'BUSY', BUSY, {}, { ...AGAIN, ...paid });
    const answer = await this.#signed(service, payment, receipt, await this.#work(service, input, paid));
    // What went wrong on our side is not what was sold: the same bytes may ask again.
    if (answer.status < 500) await book.answered(key, answer);
    return answer;
  }

  #fails(key: string, share: number): boolean {
    const before = this.#busy.get(key) ?? 0;
    const fails = before < BUSY_AT_MOST && this.parts.random() < share;
    if (fails) this.#busy.set(key, before + 1);
    else this.#busy.delete(key);
    return fails;
  }

  /** What was delivered is signed for, by whom it was paid to. */
  async #signed(
    service: Service,
    payment: Payment,
    receipt: SettleResponse,
    answer: Answer,
  ): Promise<Answer> {
    const { signer, baseUrl } = this.parts;
    if (!signer || answer.status >= 300) return answer;
    const url = `${baseUrl}${servicePath(service.declaration.id)}`;
    const signed = await withSignedReceipt(receipt, url, signer, Date.now());
    return { ...answer, headers: { ...answer.headers, ...receiptHeader(payment, signed) } };
  }

  /** @returns the receipt, or the answer that says why there is none */
  async #collect(service: Service, payment: Payment, key: string): Promise<SettleResponse | Answer> {
    const { cashier, book } = this.parts;
    const claim = book.claimOf(key) ?? (await this.#claim(service, payment, key));
    if ('status' in claim) return claim;
    const settling = await cashier.settle(paidFor(payment, claim.for), claim.for);
    book.tried(key);
    if (settling.is === 'refused')
      return cashier.demand(service.declaration, settling.reason, settling.receipt);
    if (settling.is === 'open')
      return refuse(
        503,
        'SETTLEMENT_OPEN',
        'The payment is not settled yet. Send the same request again.',
        {},
        AGAIN,
      );
    // Settled before, by us for this very request, and the answer to us was lost.
    if (settling.is === 'duplicate' && !claim.triedBefore)
      return cashier.demand(service.declaration, 'duplicate_settlement', settling.receipt);
    const receipt = settling.is === 'paid' ? settling.receipt : { ...settling.receipt, success: true };
    await book.settled(key, receipt);
    return receipt;
  }

  /** Only a payment that would settle is written down, so that worthless ones do not fill the book. */
  async #claim(service: Service, payment: Payment, key: string): Promise<Claim | Answer> {
    const { cashier, book } = this.parts;
    const { declaration } = service;
    const requirements = cashier.matching(declaration.id, payment);
    if (requirements === undefined)
      return cashier.demand(declaration, 'The payment was made for other terms than these');
    const objection = await this.#objection(payment, requirements);
    if (typeof objection === 'string') return cashier.demand(declaration, objection);
    if (objection !== undefined) return objection;
    await book.claim(key, payment, requirements);
    return book.claimOf(key)!;
  }

  async #objection(
    payment: Payment,
    requirements: PaymentRequirements,
  ): Promise<string | Answer | undefined> {
    try {
      return await this.parts.cashier.objection(paidFor(payment, requirements), requirements);
    } catch {
      return refuse(503, 'FACILITATOR_DOWN', 'The payment could not be checked. Send it again.', {}, AGAIN);
    }
  }

  async #work(service: Service, input: unknown, paid: Readonly<Record<string, string>>): Promise<Answer> {
    try {
      return json(200, await inTime(service.work(input), this.parts.workTime), paid);
    } catch (error) {
      if (!isRefusal(error)) process.stderr.write(`${service.declaration.id}: ${stackOf(error)}\n`);
      const answer = refuseError(error);
      return { ...answer, headers: { ...answer.headers, ...paid } };
    }
  }
}

const receiptHeader = ({ version }: Payment, receipt: SettleResponse): Readonly<Record<string, string>> =>
  version === 1
    ? { 'x-payment-response': receiptInV1(receipt) }
    : { 'payment-response': encodePaymentResponseHeader(receipt) };

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : 'unknown';

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Refusal('TOO_SLOW', 'The work took too long.', { milliseconds: ms }, 'retryable')),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
