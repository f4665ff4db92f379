import type { WithdrawalEvent } from '../events/withdrawal.js';
import { plusMs } from '../kernel/time.js';
import type { Job } from '../ports/jobs.js';
import { aggregateIdOf, eventOf, noState } from './from.js';
import type { Saga } from './reaction.js';

type Handled = Extract<
  WithdrawalEvent,
  { type: 'WithdrawalRequested' | 'WithdrawalConfirmed' | 'WithdrawalFailed' }
>;

/** One step of a withdrawal towards its end. */
export interface WithdrawalLook {
  readonly withdrawalOf: string;
  readonly withdrawalId: string;
  readonly look: number;
}

/** ms; as often as it takes: the queue may lose any look, this one too */
const LAST = 120_000;
const LAST_LOOK = 1_000;

export const withdrawalTimer = (withdrawalId: string, which = 'soon'): string =>
  `${withdrawalId}/look/${which}`;

export const withdrawalJob = (look: WithdrawalLook): Job => ({
  kind: 'chain',
  priority: 'normal',
  id: `withdrawal/${look.withdrawalOf}/${look.withdrawalId}/${look.look}`,
  correlationId: look.withdrawalOf,
  payload: { ...look },
});

/** What a user asked for is signed, recorded and sent, and looked for until the chain has said what became of it. */
export const carryOutWithdrawal: Saga = {
  name: 'carry-out-withdrawal',
  handles: ['WithdrawalRequested', 'WithdrawalConfirmed', 'WithdrawalFailed'],
  correlate: aggregateIdOf,
  ...noState,
  react(recorded) {
    const { type, withdrawalId } = eventOf<Handled>(recorded);
    const withdrawalOf = aggregateIdOf(recorded);
    const last = withdrawalTimer(withdrawalId, 'last');
    if (type !== 'WithdrawalRequested')
      return [{ do: 'cancel-timers', ids: [withdrawalTimer(withdrawalId), last] }];
    const job = (look: number) => withdrawalJob({ withdrawalOf, withdrawalId, look });
    const dueAt = plusMs(recorded.metadata.occurredAt, LAST);
    return [
      { do: 'job', job: job(1) },
      { do: 'timer', id: last, dueAt, action: { do: 'job', job: job(LAST_LOOK), every: LAST } },
    ];
  },
};
