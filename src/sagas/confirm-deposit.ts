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
    const { signature } = eventOf<Extract<EscrowEvent, { type: 'DepositSubmitted' }>>(recorded);
    const userId = aggregateIdOf(recorded);
    const payload = { userId, signature, look: 1 };
    const job = {
      kind: 'chain',
      priority: 'normal',
      id: `deposit/${signature}/1`,
      correlationId: userId,
      payload,
    } as const;
    return [{ do: 'job', job }];
  },
};
