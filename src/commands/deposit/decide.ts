/**
 * The claim of one chain transaction, in a stream named after its signature, so that the whole system has one
 * place to ask.
 *
 * - A signature belongs to the first user who claims it, for ever.
 */
import type { DepositEvent } from '../../events/escrow.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal } from '../../kernel/errors.js';
import type { DepositCommand } from './commands.js';
import { type DepositState, evolveDeposit } from './state.js';

export const depositDecider: Decider<DepositState, DepositCommand, DepositEvent> = {
  initial: { status: 'free' },
  decide({ signature, userId }, state) {
    if (state.status === 'free') return [{ type: 'DepositClaimed', v: 1, signature, userId }];
    if (state.userId === userId) return [];
    // The other user's id is theirs to tell, so it is no figure.
    throw new Refusal('SIGNATURE_USED', 'This transaction was deposited to another account already.', {
      signature,
    });
  },
  evolve: evolveDeposit,
};

export const deposit = { category: 'deposit', decider: depositDecider } as const satisfies Aggregate<
  DepositState,
  DepositCommand,
  DepositEvent
>;
