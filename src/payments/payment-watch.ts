import type { PaymentCommand } from '../commands/payment/commands.js';
import { payment } from '../commands/payment/decide.js';
import type { Confirmed } from '../commands/payment/state.js';
import { isRefusal } from '../kernel/errors.js';
import { uuidv5 } from '../kernel/event.js';
import type { Clock } from '../ports/clock.js';
import type { Payer } from '../ports/payments.js';
import type { TimerStore } from '../ports/timers.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { deliveryTimer, lookJob, lookTimer, type PaymentLook } from '../sagas/watch-payment.js';
import { lookLater } from './look-later.js';

const LOOK_AGAIN_MS = 5_000;
/** What the payment answers when whoever made it was quicker. */
const DECIDED: ReadonlySet<string> = new Set([
  'WRONG_STATE',
  'WRONG_ATTEMPT',
  'PAYMENT_SETTLED',
  'PAYMENT_DELIVERED',
]);

/**
 * Finds out what became of signed bytes that were sent and never heard of again. A service may keep them and settle
 * when the run has long failed: the money is gone then, and must be captured from the one it was spent for. What was
 * paid and never answered is on record as undelivered, whoever is left to say so.
 */
export class PaymentWatch {
  constructor(
    private readonly dispatch: Dispatch,
    private readonly payer: Pick<Payer, 'find' | 'isExpired'>,
    private readonly timers: TimerStore,
    private readonly clock: Clock,
  ) {}

  async run(task: PaymentLook): Promise<void> {
    const { paymentId, attempt } = task;
    const { state } = await this.dispatch.load(payment, paymentId);
    if (state.status === 'confirmed' && state.prepared.attempt === attempt) return this.delivery(task, state);
    if (state.status !== 'submitted' || state.prepared.attempt !== attempt)
      return this.timers.cancel([
        lookTimer(paymentId, attempt, 'soon'),
        lookTimer(paymentId, attempt, 'last'),
        deliveryTimer(paymentId),
      ]);
    // in this order: what is not found after the bytes expired will never be found
    const expired = await this.payer.isExpired(state.prepared);
    const settled = await this.payer.find(state.prepared, state.quote);
    if (settled) return this.record(task, { type: 'ConfirmPayment', attempt, ...settled });
    if (!expired) return this.lookAgain(task);
    const message = 'The signed transaction expired before it landed.';
    return this.record(task, { type: 'FailPayment', attempt, code: 'PAYMENT_EXPIRED', message });
  }

  /** Whoever made the payment may be waiting for the answer still, unless it is long ago. */
  private async delivery(task: PaymentLook, { delivery }: Confirmed): Promise<void> {
    const { paymentId, attempt } = task;
    const done = [lookTimer(paymentId, attempt, 'soon'), lookTimer(paymentId, attempt, 'last')];
    if (delivery.status !== 'awaited') return this.timers.cancel([...done, deliveryTimer(paymentId)]);
    if (!task.paid) return this.timers.cancel(done);
    const message = 'The service was paid and has not answered.';
    return this.record(task, { type: 'RecordNonDelivery', code: 'PAYMENT_UNDELIVERED', message });
  }

  private lookAgain(task: PaymentLook): Promise<void> {
    const job = lookJob({ ...task, look: task.look + 1 });
    const dueAt = this.clock.now() + LOOK_AGAIN_MS;
    return this.timers.set([lookLater(lookTimer(task.paymentId, task.attempt, 'soon'), dueAt, job)]);
  }

  private async record(task: PaymentLook, command: PaymentCommand): Promise<void> {
    const { paymentId, workflowId, attempt } = task;
    try {
      await this.dispatch.send(payment, paymentId, command, {
        commandId: uuidv5(`${paymentId}/${attempt}/watch/${command.type}`),
        correlationId: workflowId,
        actor: { type: 'worker', id: 'payments' },
      });
    } catch (error) {
      if (!isRefusal(error) || !DECIDED.has(error.code)) throw error;
    }
  }
}
