import { apiKey } from '../commands/api-key/decide.js';
import { user } from '../commands/user/decide.js';
import type { Role } from '../events/user.js';
import type { Position } from '../kernel/event.js';
import { makeId } from '../kernel/ids.js';
import { isoTime, plusMs } from '../kernel/time.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { CommandContext, Dispatch } from '../runtime/dispatch.js';
import { describeSecret, type NewSecret, newSecret } from './secret.js';

export interface IdentityParts {
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly chance: Chance;
  /** keys the hashes of secrets */
  readonly pepper: string;
}

export interface IssuedKey {
  readonly keyId: string;
  readonly secret: string;
  readonly prefix: string;
  readonly position: Position | undefined;
}

/** Registering somebody twice changes nothing. */
export async function registerUser(
  { dispatch, clock }: IdentityParts,
  who: { readonly userId: string; readonly roles: readonly Role[] },
  context: CommandContext,
): Promise<Position | undefined> {
  const at = isoTime(clock.now());
  const { position } = await dispatch.send(user, who.userId, { type: 'RegisterUser', ...who, at }, context);
  return position;
}

/** @param given a secret and id chosen by the installation itself, so that issuing them again changes nothing */
export async function issueKey(
  parts: IdentityParts,
  wanted: { readonly userId: string; readonly name: string; readonly expiresAt?: string },
  context: CommandContext,
  given?: { readonly keyId: string; readonly secret: string },
): Promise<IssuedKey> {
  const { dispatch, clock, chance, pepper } = parts;
  const keyId = given?.keyId ?? makeId('apiKey', chance.ulid());
  const made: NewSecret = given ? describeSecret(pepper, given.secret) : newSecret(pepper, chance);
  const { secret, hash, prefix } = made;
  const command = { type: 'IssueApiKey', keyId, ...wanted, hash, prefix, at: isoTime(clock.now()) } as const;
  const { position } = await dispatch.send(apiKey, keyId, command, context);
  return { keyId, secret, prefix, position };
}

/** @param graceMs how long the old secret stays valid */
export async function rotateKey(
  { dispatch, clock, chance, pepper }: IdentityParts,
  keyId: string,
  graceMs: number,
  context: CommandContext,
): Promise<IssuedKey> {
  const { secret, hash, prefix } = newSecret(pepper, chance);
  const at = isoTime(clock.now());
  const command = { type: 'RotateApiKey', hash, prefix, at, graceUntil: plusMs(at, graceMs) } as const;
  const { position } = await dispatch.send(apiKey, keyId, command, context);
  return { keyId, secret, prefix, position };
}

export async function revokeKey(
  { dispatch, clock }: IdentityParts,
  keyId: string,
  context: CommandContext,
): Promise<Position | undefined> {
  const command = { type: 'RevokeApiKey', at: isoTime(clock.now()) } as const;
  return (await dispatch.send(apiKey, keyId, command, context)).position;
}
