import { payment } from '../commands/payment/decide.js';
import type { PaymentEvent } from '../events/payment.js';
import { LIMITS } from '../kernel/limits.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import { type Saga, send } from './reaction.js';

type Handled = Extract<PaymentEvent, { type: 'PaymentUndelivered' | 'RefundRequested' }>;

/** One look for a transfer that gives a payment back. */
export interface RefundLook {
  readonly refundOf: string;
  readonly workflowId: string;
  readonly requestedAt: string;
  readonly look: number;
}

/** ms; a step that was not answered is tried again first, with the payment it has */
const CLAIMED_AFTER_MS = 10 * 60_000;

/** ms; as often as it takes: the queue may lose the first look */
const EVERY = 60_000;

export const refundTimer = ({
  refundOf,
  requestedAt,
}: Pick<RefundLook, 'refundOf' | 'requestedAt'>): string => `${refundOf}/refund/${requestedAt}`;

export const refundJob = (task: RefundLook): Job => ({
  kind: 'chain',
  priority: 'low',
  id: `refund/${task.refundOf}/${task.requestedAt}/${task.look}`,
  correlationId: task.workflowId,
  payload: { ...task },
});

/** What was paid and not answered is asked back and looked for (I6); settle-escrow credits what came. */
export const claimRefund: Saga = {
  name: 'claim-refund',
  handles: ['PaymentUndelivered', 'RefundRequested'],
  correlate: byCorrelation,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    const paymentId = aggregateIdOf(recorded);
    switch (event.type) {
      case 'PaymentUndelivered': {
        const dueAt = plusMs(recorded.metadata.occurredAt, CLAIMED_AFTER_MS);
        const request = send(payment, paymentId, { type: 'RequestRefund' });
        return [{ do: 'timer', id: `${paymentId}/claim`, dueAt, action: { do: 'command', send: request } }];
      }
      case 'RefundRequested': {
        const { requestedAt } = event;
        const look = { refundOf: paymentId, workflowId: byCorrelation(recorded), requestedAt, look: 1 };
        const job = refundJob(look);
        const dueAt = plusMs(recorded.metadata.occurredAt, LIMITS.dispatchTimeout);
        return [
          { do: 'job', job },
          // moved by whoever has looked
          { do: 'timer', id: refundTimer(look), dueAt, action: { do: 'job', job, every: EVERY } },
        ];
      }
    }
  },
};
