/**
 * Somebody who may act, with the wallets that belong to them.
 *
 * - A user has at least one role, and each role once.
 * - A wallet is linked once.
 * - An erased user is gone for good: nothing is possible any more, not even registering again.
 */
import type { Role, UserEvent } from '../../events/user.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import type { LinkWallet, RegisterUser, UserCommand } from './commands.js';
import { type ActiveUser, evolveUser, type UserState, unknownUser } from './state.js';

type Decision = readonly UserEvent[];
const NOTHING: Decision = [];

function decide(command: UserCommand, state: UserState): Decision {
  if (state.status === 'erased') {
    if (command.type === 'EraseUser') return NOTHING;
    throw new Refusal('USER_ERASED', 'This user was erased, for good.');
  }
  if (command.type === 'RegisterUser') return register(command, state);
  if (state.status === 'unknown') throw new Refusal('NOT_FOUND', 'There is no such user.');
  switch (command.type) {
    case 'LinkWallet':
      return linkWallet(command, state);
    case 'UnlinkWallet':
      return state.wallets.includes(command.wallet)
        ? [{ type: 'WalletUnlinked', v: 1, wallet: command.wallet }]
        : NOTHING;
    case 'ChangeRoles': {
      const roles = checkedRoles(command.roles);
      return sameRoles(roles, state.roles) ? NOTHING : [{ type: 'RolesChanged', v: 1, roles }];
    }
    case 'EraseUser':
      return [{ type: 'UserErased', v: 1, erasedAt: command.at }];
    default:
      return unreachable(command);
  }
}

function register(command: RegisterUser, state: UserState): Decision {
  const { userId, displayName, at } = command;
  const roles = checkedRoles(command.roles);
  if (state.status === 'active') {
    if (state.userId === userId) return NOTHING;
    throw new Refusal('USER_EXISTS', 'This stream belongs to another user.');
  }
  const name = displayName && { displayName };
  return [{ type: 'UserRegistered', v: 1, userId, ...name, roles, registeredAt: at }];
}

function linkWallet({ wallet }: LinkWallet, user: ActiveUser): Decision {
  if (user.wallets.includes(wallet)) return NOTHING;
  if (user.wallets.length >= LIMITS.walletsPerUser)
    throw new Refusal('TOO_MANY_WALLETS', 'No more wallets can be linked. Unlink one first.', {
      limit: LIMITS.walletsPerUser,
    });
  return [{ type: 'WalletLinked', v: 1, wallet }];
}

function checkedRoles(roles: readonly Role[]): readonly Role[] {
  if (roles.length === 0) throw new Refusal('VALIDATION_FAILED', 'A user needs at least one role.');
  return [...new Set(roles)];
}

const sameRoles = (a: readonly Role[], b: readonly Role[]): boolean =>
  a.length === b.length && a.every((role) => b.includes(role));

export const userDecider: Decider<UserState, UserCommand, UserEvent> = {
  initial: unknownUser,
  decide,
  evolve: evolveUser,
};

export const user = { category: 'user', decider: userDecider } as const satisfies Aggregate<
  UserState,
  UserCommand,
  UserEvent
>;
