import type { DepositEvent } from '../../events/escrow.js';

export type DepositState =
  | { readonly status: 'free' }
  | { readonly status: 'claimed'; readonly userId: string };

export const evolveDeposit = (_state: DepositState, event: DepositEvent): DepositState => ({
  status: 'claimed',
  userId: event.userId,
});
