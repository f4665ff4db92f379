import type { EscrowEvent } from '../events/escrow.js';
import { aggregateIdOf, eventOf, noState } from './from.js';
import type { Saga } from './reaction.js';

/** A submitted deposit is looked up on the chain until it is final or too old. */
export const confirmDeposit: Saga = {
  name: 'confirm-deposit',
  handles: ['DepositSubmitted'],
  correlate: aggregateIdOf,
  ...noState,
  react(recorded) {
    const { signature, submittedAt } = eventOf<Extract<EscrowEvent, { type: 'DepositSubmitted' }>>(recorded);
    const userId = aggregateIdOf(recorded);
    const payload = { userId, signature, submittedAt, look: 1 };
    const job = {
      kind: 'chain',
      priority: 'normal',
      // anybody may name a signature, and its owner may name it again: each submission is looked at
      id: `deposit/${userId}/${signature}/${submittedAt}/1`,
      correlationId: userId,
      payload,
    } as const;
    return [{ do: 'job', job }];
  },
};
