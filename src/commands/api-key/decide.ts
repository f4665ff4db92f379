/**
 * A secret that stands for a user, known here by a keyed hash only.
 *
 * - A key has one current secret; after a rotation the one before it stays valid until its grace ends.
 * - A key is valid neither after it expired nor once it is revoked, and a revoked key never comes back.
 */
import type { ApiKeyEvent } from '../../events/api-key.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import type { ApiKeyCommand, IssueApiKey, RotateApiKey } from './commands.js';
import { type ActiveKey, type ApiKeyState, evolveApiKey, noKey } from './state.js';

type Decision = readonly ApiKeyEvent[];
const NOTHING: Decision = [];

function decide(command: ApiKeyCommand, state: ApiKeyState): Decision {
  if (command.type === 'IssueApiKey') return issue(command, state);
  if (state.status === 'none') throw new Refusal('NOT_FOUND', 'There is no such API key.');
  switch (command.type) {
    case 'RotateApiKey':
      if (state.status === 'revoked') throw revoked();
      return rotate(command, state);
    case 'RevokeApiKey':
      return state.status === 'revoked' ? NOTHING : [{ type: 'ApiKeyRevoked', v: 1, revokedAt: command.at }];
    default:
      return unreachable(command);
  }
}

function issue(command: IssueApiKey, state: ApiKeyState): Decision {
  if (state.status === 'revoked') throw revoked();
  const { keyId, userId, hash, prefix, name, at, expiresAt } = command;
  if (state.status === 'active') {
    if (state.keyId === keyId && state.hash === hash) return NOTHING;
    throw new Refusal('KEY_EXISTS', 'An API key of this id was issued already.', { keyId });
  }
  if (expiresAt === undefined)
    return [{ type: 'ApiKeyIssued', v: 1, keyId, userId, hash, prefix, name, issuedAt: at }];
  if (expiresAt <= at)
    throw new Refusal('VALIDATION_FAILED', 'An API key must expire after it is issued.', { at, expiresAt });
  return [{ type: 'ApiKeyIssued', v: 1, keyId, userId, hash, prefix, name, issuedAt: at, expiresAt }];
}

function rotate(command: RotateApiKey, key: ActiveKey): Decision {
  const { hash, prefix, at, graceUntil } = command;
  if (key.hash === hash) return NOTHING;
  if (key.expiresAt !== undefined && at >= key.expiresAt)
    throw new Refusal('KEY_EXPIRED', 'This API key has expired. Issue a new one.', {
      expiresAt: key.expiresAt,
    });
  if (graceUntil < at)
    throw new Refusal('VALIDATION_FAILED', 'The grace of the old secret cannot end before now.', {
      at,
      graceUntil,
    });
  return [{ type: 'ApiKeyRotated', v: 1, hash, prefix, graceUntil }];
}

const revoked = (): Refusal => new Refusal('KEY_REVOKED', 'This API key was revoked, for good.');

export const apiKeyDecider: Decider<ApiKeyState, ApiKeyCommand, ApiKeyEvent> = {
  initial: noKey,
  decide,
  evolve: evolveApiKey,
};

export const apiKey = { category: 'apikey', decider: apiKeyDecider } as const satisfies Aggregate<
  ApiKeyState,
  ApiKeyCommand,
  ApiKeyEvent
>;
