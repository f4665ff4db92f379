import { escrow } from '../commands/escrow/decide.js';
import { payment } from '../commands/payment/decide.js';
import type { PaymentEvent } from '../events/payment.js';
import { parseMicros } from '../kernel/money.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, byCorrelation, eventOf, noState } from './from.js';
import { type Saga, send } from './reaction.js';

type Handled = Extract<PaymentEvent, { type: 'PaymentUndelivered' | 'RefundRequested' | 'RefundConfirmed' }>;

/** One look for a transfer that gives a payment back. */
export interface RefundLook {
  readonly refundOf: string;
  readonly workflowId: string;
  readonly requestedAt: string;
  readonly look: number;
}

/** ms; a step that was not answered is tried again first, with the payment it has */
const CLAIMED_AFTER_MS = 10 * 60_000;

export const refundJob = (task: RefundLook): Job => ({
  kind: 'chain',
  priority: 'low',
  id: `refund/${task.refundOf}/${task.requestedAt}/${task.look}`,
  correlationId: task.workflowId,
  payload: { ...task },
});

/** What was paid and not answered is asked back, looked for, and credited when the chain shows it (I6). */
export const claimRefund: Saga = {
  name: 'claim-refund',
  handles: ['PaymentUndelivered', 'RefundRequested', 'RefundConfirmed'],
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
        const workflowId = byCorrelation(recorded);
        return [{ do: 'job', job: refundJob({ refundOf: paymentId, workflowId, requestedAt, look: 1 }) }];
      }
      case 'RefundConfirmed': {
        const { userId, signature } = event;
        const amount = parseMicros(event.amount);
        const credit = send(escrow, userId, { type: 'CreditRefund', paymentId, signature, amount });
        return [{ do: 'command', send: credit }];
      }
    }
  },
};
