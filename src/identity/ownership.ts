import { Refusal } from '../kernel/errors.js';
import { isOperator, type Principal } from './principal.js';

/**
 * The one place where it is decided whose things are whose. What belongs to somebody else answers as what does not
 * exist: nobody learns which ids are taken.
 * @param owner undefined when there is no such thing
 * @throws Refusal NOT_FOUND
 */
export function requireOwner(principal: Principal, owner: string | undefined, what: string): void {
  if (owner === undefined || owner !== principal.userId)
    throw new Refusal('NOT_FOUND', `There is no such ${what}.`);
}

/** Operators audit what they do not own. @throws Refusal NOT_FOUND */
export function requireOwnerOrOperator(principal: Principal, owner: string | undefined, what: string): void {
  if (!isOperator(principal)) requireOwner(principal, owner, what);
}

/** @throws Refusal FORBIDDEN */
export function requireOperator(principal: Principal): void {
  if (!isOperator(principal)) throw new Refusal('FORBIDDEN', 'Only operators may do this.');
}
