import type { Role, UserEvent } from '../../events/user.js';
import { unreachable } from '../../kernel/errors.js';

export interface ActiveUser {
  readonly status: 'active';
  readonly userId: string;
  readonly roles: readonly Role[];
  readonly wallets: readonly string[];
}

export type UserState = { readonly status: 'unknown' } | ActiveUser | { readonly status: 'erased' };

export const unknownUser: UserState = { status: 'unknown' };

export function evolveUser(state: UserState, event: UserEvent): UserState {
  if (event.type === 'UserRegistered')
    return { status: 'active', userId: event.userId, roles: event.roles, wallets: [] };
  if (state.status !== 'active') throw new Error(`${event.type} in the history of an ${state.status} user`);
  switch (event.type) {
    case 'WalletLinked':
      return { ...state, wallets: [...state.wallets, event.wallet] };
    case 'WalletUnlinked':
      return { ...state, wallets: state.wallets.filter((wallet) => wallet !== event.wallet) };
    case 'RolesChanged':
      return { ...state, roles: event.roles };
    case 'UserErased':
      return { status: 'erased' };
    default:
      return unreachable(event);
  }
}
