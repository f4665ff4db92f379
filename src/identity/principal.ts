import type { Role } from '../events/user.js';

/** Whom a call is made for. */
export interface Principal {
  readonly userId: string;
  readonly keyId: string;
  readonly roles: readonly Role[];
}

export const isOperator = (principal: Principal): boolean => principal.roles.includes('operator');
