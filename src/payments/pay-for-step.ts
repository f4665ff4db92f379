import { createHash } from 'node:crypto';
import type { PaymentCommand } from '../commands/payment/commands.js';
import { payment } from '../commands/payment/decide.js';
import type { Confirmed, InFlight, PaymentState } from '../commands/payment/state.js';
import type { PaymentEvidence } from '../events/workflow.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import { type Micros, ZERO } from '../kernel/money.js';
import type { PaidCall, Payer, PreparedPayment, ServiceAnswer } from '../ports/payments.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { pause } from '../runtime/pause.js';

/** Everything the approved plan says about one paid step. */
export interface PaidStep {
  readonly paymentId: string;
  readonly workflowId: string;
  readonly runNo: number;
  readonly stepId: string;
  readonly userId: string;
  readonly holdId: string;
  readonly serviceId: string;
  readonly planHash: string;
  readonly ceiling: Micros;
  readonly approved: { readonly payTo: string; readonly asset: string; readonly network: string };
  readonly payer: string;
  readonly call: PaidCall;
}

export interface PaidAnswer {
  readonly answer: ServiceAnswer;
  readonly cost: Micros;
  readonly payment?: PaymentEvidence;
}

/** A paid step, and where its payment stood when this call began to act on it. */
type Acting = PaidStep & { readonly from: number };

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
    private readonly dispatch: Dispatch,
    private readonly payer: Payer,
  ) {}

  /**
   * @throws Refusal terminal: RECIPIENT_CHANGED, PRICE_DRIFT, PAID_OTHERWISE, SERVICE_REFUSED; retryable: SERVICE_ERROR,
   * PAYMENT_UNDELIVERED (paid, no usable answer yet: the next call sends the same bytes)
   */
  async call(paid: PaidStep, signal: AbortSignal): Promise<PaidAnswer> {
    for (let signing = 0; signing < SIGNINGS; signing++) {
      const { state, revision } = await this.dispatch.load(payment, paid.paymentId);
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
    const { serviceId, payTo, amount, asset } = state.quote;
    const { attempt } = state.prepared;
    if (state.status === 'confirmed')
      throw new Refusal('PAID_OTHERWISE', 'The step was paid to another service; it is not paid twice.', {
        serviceId,
        signature: state.signature,
      });
    // in this order: what is not found after the bytes expired will never be found
    const expired = await this.payer.isExpired(state.prepared);
    const settled = await this.payer.find(state.prepared, { payTo, amount, asset });
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

  /** @returns `again` when the bytes can never land any more */
  private async advance(
    step: Acting,
    state: Exclude<PaymentState, Confirmed>,
    signal: AbortSignal,
  ): Promise<PaidAnswer | 'again'> {
    const inFlight =
      state.status === 'prepared' || state.status === 'submitted' ? state : await this.sign(step, state);
    return 'answer' in inFlight ? inFlight : this.submit(step, inFlight, signal);
  }

  /** Asks for the terms, has them authorized against the plan, signs, and records the bytes. */
  private async sign(step: Acting, before: PaymentState): Promise<InFlight | PaidAnswer> {
    const asked = await this.payer.quote(step.call, step.approved);
    if ('answer' in asked) return { answer: usable(asked.answer), cost: ZERO };
    const { quote } = asked;
    const { paymentId, workflowId, runNo, stepId, userId, holdId, serviceId, planHash, ceiling, approved } =
      step;
    const { dialect, scheme, network, asset, payTo, amount } = quote;
    await this.record(step, {
      type: 'RecordQuote',
      paymentId,
      workflowId,
      runNo,
      stepId,
      userId,
      holdId,
      serviceId,
      dialect,
      scheme,
      network,
      asset,
      payTo,
      amount,
    });
    const authorized = await this.record(step, { type: 'AuthorizePayment', planHash, ceiling, approved });
    // only what was authorized is signed, and another worker may have brought other terms meanwhile
    if (
      authorized.status === 'none' ||
      authorized.quote.amount !== amount ||
      authorized.quote.payTo !== payTo
    )
      throw new Refusal('WRONG_STATE', 'Other terms were recorded meanwhile.', { amount: `${amount}` });
    const attempt = before.status === 'none' ? 1 : 'nextAttempt' in before ? before.nextAttempt : 1;
    const prepared = await this.payer.prepare(quote, paymentId);
    const state = await this.record(step, { type: 'PreparePayment', attempt, payTo, amount, ...prepared });
    return state as InFlight;
  }

  /** Sends the recorded bytes and finds out on the chain what became of them. */
  private async submit(step: Acting, state: InFlight, signal: AbortSignal): Promise<PaidAnswer | 'again'> {
    const { attempt } = state.prepared;
    await this.record(step, { type: 'SubmitPayment', attempt });
    const answer = await this.send(step, state.prepared);
    const settled = await this.lookFor(state, isGood(answer) ? LOOKS : 1, signal, answer?.claimedSignature);
    if (settled) {
      const { signature, slot } = settled;
      const confirmed = await this.record(step, { type: 'ConfirmPayment', attempt, signature, slot });
      return this.deliver(step, confirmed as Confirmed, answer);
    }
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
    return this.deliver(step, state, await this.send(step, state.prepared));
  }

  private async deliver(
    step: Acting,
    state: Confirmed,
    answer: ServiceAnswer | undefined,
  ): Promise<PaidAnswer> {
    if (!answer || !isGood(answer)) {
      const message = `The service was paid and ${answer ? `answered ${answer.status}` : 'did not answer'}.`;
      await this.record(step, { type: 'RecordNonDelivery', code: 'PAYMENT_UNDELIVERED', message }).catch(
        () => undefined,
      );
      if (answer && isFinal(answer.status)) throw refused(answer);
      throw new Refusal('PAYMENT_UNDELIVERED', message, { signature: state.signature }, 'retryable');
    }
    const answerHash = createHash('sha256').update(answer.body).digest('hex');
    await this.record(step, { type: 'RecordDelivery', answerHash });
    const { payTo, amount, asset, network } = state.quote;
    return {
      answer,
      cost: amount,
      payment: {
        paymentId: step.paymentId,
        signature: state.signature,
        slot: state.slot.toString(),
        payer: step.payer,
        payee: payTo,
        amount: amount.toString(),
        asset,
        network,
      },
    };
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
    const { payTo, amount, asset } = state.quote;
    for (let look = 1; ; look++) {
      const settled = await this.payer.find(state.prepared, { payTo, amount, asset }, claimed);
      if (settled || look >= looks || signal.aborted) return settled;
      await pause(LOOK_EVERY_MS, signal);
    }
  }

  /**
   * The command id derives from what is recorded and where: recording the same twice is one event, but the same
   * words may be true again later, as when a service goes back to its first price.
   */
  private async record(step: Acting, command: PaymentCommand): Promise<PaymentState> {
    const text = JSON.stringify(command, (_, value) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    const { state } = await this.dispatch.send(payment, step.paymentId, command, {
      commandId: uuidv5(`${step.paymentId}/${step.from}/${text}`),
      correlationId: step.workflowId,
      actor: { type: 'worker', id: 'payments' },
    });
    return state;
  }
}

const isGood = (answer: ServiceAnswer | undefined): boolean =>
  answer !== undefined && answer.status >= 200 && answer.status < 300;

/** The same request will be refused again: the work cannot be done on this input. */
const isFinal = (status: number): boolean => [400, 404, 405, 410, 413, 415, 422].includes(status);

function usable(answer: ServiceAnswer): ServiceAnswer {
  if (isGood(answer)) return answer;
  throw isFinal(answer.status) ? refused(answer) : notYet(answer);
}

const refused = ({ status }: ServiceAnswer): Refusal =>
  new Refusal('SERVICE_REFUSED', `The service cannot do this work: it answered ${status}.`, { status });

const notYet = (answer: ServiceAnswer | undefined): Refusal =>
  answer && isFinal(answer.status)
    ? refused(answer)
    : new Refusal(
        'SERVICE_ERROR',
        sentenceOf(answer),
        { status: answer?.status ?? null },
        answer ? 'retryable' : 'unknown',
      );

function sentenceOf(answer: ServiceAnswer | undefined): string {
  if (!answer) return 'The service did not answer.';
  return isGood(answer)
    ? 'The service answered without having its payment settled.'
    : `The service answered ${answer.status}.`;
}
