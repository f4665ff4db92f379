import type { ConfirmPayment, PaymentCommand } from '../commands/payment/commands.js';
import { payment } from '../commands/payment/decide.js';
import { type Confirmed, type InFlight, type PaymentState, sameTerms } from '../commands/payment/state.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { ZERO } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { PaidFrom, Payer, PreparedPayment, ServiceAnswer } from '../ports/payments.js';
import type { Converse, Dispatch } from '../runtime/dispatch.js';
import { pause } from '../runtime/pause.js';
import { whenSigned } from './client-signature.js';
import { type Acting, contextOf, evidenceOf, type PaidAnswer, type PaidStep, termsOf } from './paid-step.js';
import { delivered, isFinal, isGood, notYet, refused, undelivered, usable } from './service-answers.js';

export type { PaidAnswer, PaidStep } from './paid-step.js';

/** What is found of a payment that nobody has begun. */
const NOT_BEGUN: { readonly state: PaymentState; readonly revision: number } = {
  state: payment.decider.initial,
  revision: -1,
};

/** Times one step signs anew after its bytes expired unsettled. */
const SIGNINGS = 3;
/** What the payment answers when another worker has taken it further: this one goes on from what is recorded. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  'PAYMENT_UNDER_WAY',
  'PAYMENT_SETTLED',
  'WRONG_ATTEMPT',
  'WRONG_STATE',
]);
/** Looks at the chain for a settlement that the service claims, this long apart. */
const LOOKS = 20;
const LOOK_EVERY_MS = 250;

/**
 * Calls a paid service and pays at most once, whatever crashes between the lines: terms are checked against the
 * plan, signed bytes are recorded before they leave, only the same bytes are ever sent again, and nothing new is
 * signed until the chain shows that the old bytes can never land.
 */
export class StepPayments {
  constructor(
    private readonly dispatch: Dispatch & Converse,
    private readonly payer: Payer,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * @throws Refusal terminal: RECIPIENT_CHANGED, PRICE_DRIFT, PAID_OTHERWISE, SERVICE_REFUSED; retryable: SERVICE_ERROR,
   * PAYMENT_UNDELIVERED (paid, no usable answer yet: the next call sends the same bytes)
   */
  async call(paid: PaidStep, signal: AbortSignal): Promise<PaidAnswer> {
    for (let signing = 0; signing < SIGNINGS; signing++) {
      const isKnown = paid.isFirst && signing === 0;
      const { state, revision } = isKnown ? NOT_BEGUN : await this.dispatch.load(payment, paid.paymentId);
      const step: Acting = { ...paid, from: revision };
      const other = await this.elsewhere(step, state);
      if (other === 'again') continue;
      if (state.status === 'confirmed') return this.collect(step, state);
      const outcome = await this.advance(step, state, signal).catch((error: unknown) => {
        if (isRefusal(error) && OVERTAKEN.has(error.code)) return 'again' as const;
        throw error;
      });
      if (outcome !== 'again') return outcome;
    }
    throw new Refusal(
      'PAYMENT_FAILED',
      `The payment expired ${SIGNINGS} times before it landed.`,
      { signings: SIGNINGS },
      'retryable',
    );
  }

  /**
   * The step went to another service after it was signed for the first one. Both are one payment, which is confirmed
   * once at most: nothing is asked of this one as long as the bytes of that one may land.
   * @returns `again` when they never can any more
   * @throws Refusal PAID_OTHERWISE, or PAYMENT_UNDER_WAY (retryable)
   */
  private async elsewhere(step: Acting, state: PaymentState): Promise<'again' | undefined> {
    if (!('prepared' in state) || state.quote.serviceId === step.serviceId) return undefined;
    const { serviceId, payTo, amount, asset, payer } = state.quote;
    const { attempt } = state.prepared;
    if (state.status === 'confirmed')
      throw new Refusal('PAID_OTHERWISE', 'The step was paid to another service; it is not paid twice.', {
        serviceId,
        signature: state.signature,
      });
    // in this order: what is not found after the bytes expired will never be found
    const expired = await this.payer.isExpired(state.prepared);
    const settled = await this.payer.find(state.prepared, { payTo, amount, asset, payer });
    if (settled) await this.record(step, { type: 'ConfirmPayment', attempt, ...settled });
    else if (expired) {
      const message = 'The signed transaction expired before it landed.';
      await this.record(step, { type: 'FailPayment', attempt, code: 'PAYMENT_EXPIRED', message });
    } else
      throw new Refusal(
        'PAYMENT_UNDER_WAY',
        'A payment to another service may still land.',
        { serviceId },
        'retryable',
      );
    return 'again';
  }

  /** @returns `again` when the bytes can never land any more, or another worker took it further, or elsewhere */
  private async advance(
    step: Acting,
    state: Exclude<PaymentState, Confirmed>,
    signal: AbortSignal,
  ): Promise<PaidAnswer | 'again'> {
    const signed =
      state.status === 'prepared' || state.status === 'submitted' ? state : await this.sign(step, signal);
    if (signed === 'again' || 'answer' in signed) return signed;
    // an attempt that had been given up may have signed for its own service while the terms were asked for
    const isOurs = signed.quote.serviceId === step.serviceId;
    return signed.status === 'confirmed' || !isOurs ? 'again' : this.submit(step, signed, signal);
  }

  /**
   * Asks for the terms, has them authorized against the plan, and signs. All of it is recorded at once, before
   * anything leaves: until then nobody outside knows of it.
   * @returns what stands then; the bytes of another worker, where that one was quicker
   */
  private async sign(
    step: Acting,
    signal: AbortSignal,
  ): Promise<InFlight | Confirmed | PaidAnswer | 'again'> {
    const asked = await this.payer.quote(step.call, step.approved, step.signedBy);
    if ('answer' in asked) return { answer: usable(asked.answer), cost: ZERO };
    const { quote } = asked;
    const { payTo, amount } = quote;
    const terms = termsOf(step, quote);
    const { planHash, ceiling, approved } = step;
    const from = paidFrom(step);
    const mustSign = from !== undefined && from.delegateOf === undefined;
    let header: string | undefined;
    let isJustAuthorized = false;
    const state = await this.recordAll(step, async (at) => {
      if (at.status === 'confirmed' || at.status === 'submitted') return undefined;
      if (at.status === 'prepared')
        return !mustSign && at.prepared.header === header
          ? { type: 'SubmitPayment', attempt: at.prepared.attempt }
          : undefined;
      if (at.status === 'none' || at.status === 'closed' || !sameTerms(at.quote, terms))
        return { type: 'RecordQuote', ...terms };
      const isAuthorized =
        (at.status === 'authorized' || at.status === 'awaiting_signature') &&
        (isJustAuthorized ||
          (at.authorization.planHash === planHash && at.authorization.ceiling === ceiling));
      isJustAuthorized = !isAuthorized;
      if (!isAuthorized) return { type: 'AuthorizePayment', planHash, ceiling, approved };
      if (at.status === 'awaiting_signature') return undefined;
      // only what was authorized is signed
      const prepared = await this.payer.prepare(quote, step.paymentId, from);
      const bytes = { attempt: at.nextAttempt, payTo, amount, ...prepared };
      if (mustSign) return { type: 'RequestSignature', at: isoTime(this.now()), ...bytes };
      header = prepared.header;
      return { type: 'PreparePayment', ...bytes };
    });
    if (state.status === 'prepared' || state.status === 'submitted' || state.status === 'confirmed')
      return state;
    if (state.status === 'awaiting_signature')
      return whenSigned({ dispatch: this.dispatch, payer: this.payer, now: this.now, quote }, step, signal);
    throw new Refusal('WRONG_STATE', 'Another worker is at this payment.', { status: state.status });
  }

  /** Sends the recorded bytes and finds out on the chain what became of them. */
  private async submit(step: Acting, state: InFlight, signal: AbortSignal): Promise<PaidAnswer | 'again'> {
    const { attempt } = state.prepared;
    if (state.status === 'prepared') await this.record(step, { type: 'SubmitPayment', attempt });
    const answer = await this.send(step, state.prepared);
    const looks = isGood(answer) ? LOOKS : 1;
    const settled = await this.lookFor(state, looks, signal, answer?.claimedSignature);
    if (settled) return this.deliver(step, answer, { attempt, ...settled });
    if (await this.payer.isExpired(state.prepared)) {
      // once more: it may have landed between the two looks
      if (await this.lookFor(state, 1, signal)) throw notYet(answer);
      const message = 'The signed transaction expired before it landed.';
      await this.record(step, { type: 'FailPayment', attempt, code: 'PAYMENT_EXPIRED', message });
      return 'again';
    }
    throw notYet(answer);
  }

  /** Paid before: the same bytes bring the answer, never a second payment. */
  private async collect(step: Acting, state: Confirmed): Promise<PaidAnswer> {
    return this.deliver(step, await this.send(step, state.prepared));
  }

  /** @param settled what the chain shows, where that is not on record yet */
  private async deliver(
    step: Acting,
    answer: ServiceAnswer | undefined,
    settled?: Omit<ConfirmPayment, 'type'>,
  ): Promise<PaidAnswer> {
    const good = answer && isGood(answer) ? answer : undefined;
    const outcome = good ? delivered(good) : undelivered(answer);
    const state = (await this.recordAll(step, async (at) => {
      if (at.status !== 'confirmed') return settled && { type: 'ConfirmPayment', ...settled };
      // the first answer stands, and what was answered once is not given up
      const { status } = at.delivery;
      return status === 'delivered' || status === EXPECTED[outcome.type] ? undefined : outcome;
    })) as Confirmed;
    if (!good) {
      if (answer && isFinal(answer.status)) throw refused(answer);
      const { signature } = state;
      throw new Refusal('PAYMENT_UNDELIVERED', undelivered(answer).message, { signature }, 'retryable');
    }
    return { answer: good, cost: state.quote.amount, payment: evidenceOf(step, state, good.serviceReceipt) };
  }

  private async send(step: PaidStep, prepared: PreparedPayment): Promise<ServiceAnswer | undefined> {
    try {
      return await this.payer.submit(step.call, prepared);
    } catch (error) {
      if (isRefusal(error) && error.kind !== 'terminal') return undefined; // no answer: the chain tells
      throw error;
    }
  }

  private async lookFor(state: InFlight, looks: number, signal: AbortSignal, claimed?: string) {
    const { payTo, amount, asset, payer } = state.quote;
    for (let look = 1; ; look++) {
      const settled = await this.payer.find(state.prepared, { payTo, amount, asset, payer }, claimed);
      if (settled || look >= looks || signal.aborted) return settled;
      await pause(LOOK_EVERY_MS, signal);
    }
  }

  private async record(step: Acting, command: PaymentCommand): Promise<PaymentState> {
    const { state } = await this.dispatch.send(payment, step.paymentId, command, contextOf(step, command));
    return state;
  }

  /** Everything that `next` says becomes durable together, or nothing of it. */
  private async recordAll(
    step: Acting,
    next: (state: PaymentState) => Promise<PaymentCommand | undefined>,
  ): Promise<PaymentState> {
    const say = async (at: PaymentState) => {
      const command = await next(at);
      return command && { command, context: contextOf(step, command) };
    };
    const isNew = step.from === NOT_BEGUN.revision;
    const { state } = await this.dispatch.converse(payment, step.paymentId, say, isNew);
    return state;
  }
}

const paidFrom = ({ signedBy: wallet, delegated, userId }: PaidStep): PaidFrom | undefined =>
  wallet === undefined ? undefined : { wallet, ...(delegated && { delegateOf: userId }) };

const EXPECTED = { RecordDelivery: 'delivered', RecordNonDelivery: 'undelivered' } as const;
