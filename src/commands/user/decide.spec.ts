import { describe, it } from '@jest/globals';
import { given as givenHistory } from '../../../test/kit/decider-spec.js';
import { sampleSealed } from '../../events/samples.js';
import type { UserEvent } from '../../events/user.js';
import { LIMITS } from '../../kernel/limits.js';
import type { UserCommand } from './commands.js';
import { userDecider } from './decide.js';

const at = '2026-01-02T03:04:05.678Z';
const registered: UserEvent = {
  type: 'UserRegistered',
  v: 1,
  userId: 'user_1',
  roles: ['user'],
  registeredAt: at,
};
const linked = (wallet: string): UserEvent => ({ type: 'WalletLinked', v: 1, wallet });
const unlinked: UserEvent = { type: 'WalletUnlinked', v: 1, wallet: 'W1' };
const erased: UserEvent = { type: 'UserErased', v: 1, erasedAt: at };

const register = { type: 'RegisterUser', userId: 'user_1', roles: ['user'], at } as const;
const link = { type: 'LinkWallet', wallet: 'W1' } as const;
const unlink = { type: 'UnlinkWallet', wallet: 'W1' } as const;
const promote = { type: 'ChangeRoles', roles: ['user', 'operator'] } as const;
const erase = { type: 'EraseUser', at } as const;

const given = (...history: UserEvent[]) => givenHistory(userDecider, history);

describe('a user', () => {
  it('is registered', () => given().when(register).then([registered]));

  it('is registered with a sealed name', () =>
    given()
      .when({ ...register, displayName: sampleSealed })
      .then([{ ...registered, type: 'UserRegistered', displayName: sampleSealed } as UserEvent]));

  it('is registered once, however the name was sealed', () =>
    given(registered)
      .when({ ...register, displayName: sampleSealed })
      .thenNothing());

  it('does not take the place of another', () =>
    given(registered)
      .when({ ...register, userId: 'user_2' })
      .refuses('USER_EXISTS'));

  it('needs a role', () => {
    given()
      .when({ ...register, roles: [] })
      .refuses('VALIDATION_FAILED');
    given(registered).when({ type: 'ChangeRoles', roles: [] }).refuses('VALIDATION_FAILED');
  });

  it('links and unlinks a wallet, each once', () => {
    given(registered)
      .when(link)
      .then([linked('W1')]);
    given(registered, linked('W1')).when(link).thenNothing();
    given(registered, linked('W1')).when(unlink).then([unlinked]);
    given(registered, linked('W1'), unlinked).when(unlink).thenNothing();
    given(registered, linked('W1'), unlinked)
      .when(link)
      .then([linked('W1')]);
  });

  it('links no more wallets than the limit', () => {
    const all = Array.from({ length: LIMITS.walletsPerUser }, (_, i) => linked(`W${i + 2}`));
    given(registered, ...all)
      .when(link)
      .refuses('TOO_MANY_WALLETS', { limit: LIMITS.walletsPerUser });
  });

  it('changes roles, each named once and in any order', () => {
    const changed: UserEvent = { type: 'RolesChanged', v: 1, roles: ['user', 'operator'] };
    given(registered).when(promote).then([changed]);
    given(registered)
      .when({ type: 'ChangeRoles', roles: ['user', 'user'] })
      .thenNothing();
    given(registered, changed)
      .when({ type: 'ChangeRoles', roles: ['operator', 'user'] })
      .thenNothing();
  });

  it('is erased once', () => {
    given(registered).when(erase).then([erased]);
    given(registered, erased).when(erase).thenNothing();
  });

  it.each<UserCommand>([register, link, unlink, promote])('refuses $type once erased', (command) =>
    given(registered, erased).when(command).refuses('USER_ERASED'),
  );

  it.each<UserCommand>([link, unlink, promote, erase])('refuses $type before being registered', (command) =>
    given().when(command).refuses('NOT_FOUND'),
  );
});
