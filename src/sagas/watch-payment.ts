import type { PaymentEvent } from '../events/payment.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import type { Reaction, Saga } from './reaction.js';

const HANDLES = [
  'PaymentSubmitted',
  'PaymentConfirmed',
  'PaymentFailed',
  'PaymentDelivered',
  'PaymentUndelivered',
] as const;

type Handled = Extract<PaymentEvent, { type: (typeof HANDLES)[number] }>;

/** One signed attempt at a payment whose end is not known yet. */
export interface PaymentLook {
  readonly paymentId: string;
  readonly workflowId: string;
  readonly attempt: number;
  readonly look: number;
  /** it was settled when this look was asked for: the answer is looked for */
  readonly paid?: true;
}

type LookOf = Pick<PaymentLook, 'look' | 'paid'>;

/** ms; most payments are confirmed long before, by whoever made them */
const SOON = 5_000;
/** ms; beyond the life of any signed bytes, and as often as it takes: the queue may lose any look, this one too */
const LAST = 120_000;
/** ms; longer than any service is given to answer, and as often as it takes */
const DELIVERY = 120_000;
/** beyond the number of any look that follows another */
const LAST_LOOK = 1_000;
const DELIVERY_LOOK = 2_000;

export const lookTimer = (paymentId: string, attempt: number, which: 'soon' | 'last'): string =>
  `${paymentId}/${attempt}/look/${which}`;

export const deliveryTimer = (paymentId: string): string => `${paymentId}/look/delivery`;

export const lookJob = (look: PaymentLook): Job => ({
  kind: 'chain',
  priority: 'normal',
  id: `payment/${look.paymentId}/${look.attempt}/${look.look}`,
  correlationId: look.workflowId,
  payload: { ...look },
});

/**
 * Bytes that have left may land until they expire, whatever became of the step and its run: somebody looks until the
 * chain has said which. What was paid is answered, or somebody says that it was not, also where the step had gone on to
 * another service by then.
 */
export const watchPayment: Saga = {
  name: 'watch-payment',
  handles: HANDLES,
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    const paymentId = aggregateIdOf(recorded);
    if (event.type === 'PaymentDelivered' || event.type === 'PaymentUndelivered')
      return [{ do: 'cancel-timers', ids: [deliveryTimer(paymentId)] }];
    const { attempt } = event;
    const soon = lookTimer(paymentId, attempt, 'soon');
    const last = lookTimer(paymentId, attempt, 'last');
    const look = (id: string, ms: number, of: LookOf, again: { readonly every?: number }): Reaction => {
      const job = lookJob({ paymentId, workflowId: byCorrelation(recorded), attempt, ...of });
      const dueAt = plusMs(recorded.metadata.occurredAt, ms);
      return { do: 'timer', id, dueAt, action: { do: 'job', job, ...again } };
    };
    switch (event.type) {
      case 'PaymentSubmitted':
        return [look(soon, SOON, { look: 1 }, {}), look(last, LAST, { look: LAST_LOOK }, { every: LAST })];
      case 'PaymentConfirmed': {
        const answer = { look: DELIVERY_LOOK, paid: true } as const;
        return [
          { do: 'cancel-timers', ids: [soon, last] },
          look(deliveryTimer(paymentId), DELIVERY, answer, { every: DELIVERY }),
        ];
      }
      case 'PaymentFailed':
        return [{ do: 'cancel-timers', ids: [soon, last] }];
    }
  },
};
