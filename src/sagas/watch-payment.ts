import type { PaymentEvent } from '../events/payment.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import type { Reaction, Saga } from './reaction.js';

type Handled = Extract<PaymentEvent, { type: 'PaymentSubmitted' | 'PaymentConfirmed' | 'PaymentFailed' }>;

/** One signed attempt at a payment whose end is not known yet. */
export interface PaymentLook {
  readonly paymentId: string;
  readonly workflowId: string;
  readonly attempt: number;
  readonly look: number;
  /** it was settled when this look was asked for: the answer is looked for */
  readonly paid?: true;
}

/** ms; most payments are confirmed long before, by whoever made them */
const SOON = 5_000;
/** ms; beyond the life of any signed bytes, and as often as it takes: the queue may lose any look, this one too */
const LAST = 120_000;

export const lookTimer = (paymentId: string, attempt: number, which = 'soon'): string =>
  `${paymentId}/${attempt}/look/${which}`;

export const lookJob = (look: PaymentLook): Job => ({
  kind: 'chain',
  priority: 'normal',
  id: `payment/${look.paymentId}/${look.attempt}/${look.look}`,
  correlationId: look.workflowId,
  payload: { ...look },
});

/**
 * Bytes that have left may land until they expire, whatever became of the step and its run: somebody looks until the
 * chain has said which.
 */
export const watchPayment: Saga = {
  name: 'watch-payment',
  handles: ['PaymentSubmitted', 'PaymentConfirmed', 'PaymentFailed'],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    const paymentId = aggregateIdOf(recorded);
    const { attempt } = event;
    const ids = [lookTimer(paymentId, attempt), lookTimer(paymentId, attempt, 'last')] as const;
    if (event.type !== 'PaymentSubmitted') return [{ do: 'cancel-timers', ids }];
    const look = (id: string, ms: number, number: number, again: { readonly every?: number }): Reaction => {
      const job = lookJob({ paymentId, workflowId: byCorrelation(recorded), attempt, look: number });
      const dueAt = plusMs(recorded.metadata.occurredAt, ms);
      return { do: 'timer', id, dueAt, action: { do: 'job', job, ...again } };
    };
    return [look(ids[0], SOON, 1, {}), look(ids[1], LAST, 1_000, { every: LAST })];
  },
};
