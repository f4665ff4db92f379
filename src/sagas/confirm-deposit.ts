import type { EscrowEvent } from '../events/escrow.js';
import { LIMITS } from '../kernel/limits.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, eventOf, noState } from './from.js';
import type { Saga } from './reaction.js';

type Handled = Extract<EscrowEvent, { type: 'DepositSubmitted' | 'DepositConfirmed' | 'DepositRejected' }>;

/** One look at the chain for a deposit that was submitted. */
export interface DepositLook {
  readonly userId: string;
  readonly signature: string;
  /** tells a submission from a later one of the same transaction */
  readonly submittedAt: string;
  /** how many times the chain was asked, this one included */
  readonly look: number;
}

/** ms; as often as it takes: the queue may lose any look */
const LAST = 120_000;
/** beyond the number of any look that follows another */
const LAST_LOOK = 1_000_000;

export const depositTimer = (userId: string, signature: string, which: 'soon' | 'last'): string =>
  `deposit/${userId}/${signature}/look/${which}`;

/** Anybody may name a signature, and its owner may name it again: each submission is looked at. */
export const depositJob = (look: DepositLook): Job => ({
  kind: 'chain',
  priority: 'normal',
  id: `deposit/${look.userId}/${look.signature}/${look.submittedAt}/${look.look}`,
  correlationId: look.userId,
  payload: { ...look },
});

/** A submitted deposit is looked up on the chain until it is final or too old. */
export const confirmDeposit: Saga = {
  name: 'confirm-deposit',
  handles: ['DepositSubmitted', 'DepositConfirmed', 'DepositRejected'],
  correlate: aggregateIdOf,
  ...noState,
  react(recorded) {
    const event = eventOf<Handled>(recorded);
    const userId = aggregateIdOf(recorded);
    const { signature } = event;
    const last = depositTimer(userId, signature, 'last');
    if (event.type !== 'DepositSubmitted')
      return [{ do: 'cancel-timers', ids: [depositTimer(userId, signature, 'soon'), last] }];
    const job = (look: number) => depositJob({ userId, signature, submittedAt: event.submittedAt, look });
    const dueAt = plusMs(recorded.metadata.occurredAt, LIMITS.dispatchTimeout);
    return [
      { do: 'job', job: job(1) },
      { do: 'timer', id: last, dueAt, action: { do: 'job', job: job(LAST_LOOK), every: LAST } },
    ];
  },
};
