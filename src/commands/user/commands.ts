import type { Role } from '../../events/user.js';
import type { Sealed } from '../../kernel/sealed.js';

export interface RegisterUser {
  readonly type: 'RegisterUser';
  readonly userId: string;
  readonly displayName?: Sealed;
  readonly roles: readonly Role[];
  readonly at: string;
}

/** `wallet` has signed a challenge of ours. */
export interface LinkWallet {
  readonly type: 'LinkWallet';
  readonly wallet: string;
}

export interface UnlinkWallet {
  readonly type: 'UnlinkWallet';
  readonly wallet: string;
}

export interface ChangeRoles {
  readonly type: 'ChangeRoles';
  readonly roles: readonly Role[];
}

export interface EraseUser {
  readonly type: 'EraseUser';
  readonly at: string;
}

export type UserCommand = RegisterUser | LinkWallet | UnlinkWallet | ChangeRoles | EraseUser;
