import type { ApiKeyEvent } from '../../events/api-key.js';
import { unreachable } from '../../kernel/errors.js';

export interface ActiveKey {
  readonly status: 'active';
  readonly keyId: string;
  readonly userId: string;
  readonly hash: string;
  readonly expiresAt: string | undefined;
  /** the secret before the last rotation */
  readonly previous: { readonly hash: string; readonly graceUntil: string } | undefined;
}

export type ApiKeyState = { readonly status: 'none' } | ActiveKey | { readonly status: 'revoked' };

export const noKey: ApiKeyState = { status: 'none' };

/** @param now UTC, ISO 8601, milliseconds, as in events: such times are ordered as text */
export function keyIsValid(state: ApiKeyState, hash: string, now: string): boolean {
  if (state.status !== 'active') return false;
  if (state.expiresAt !== undefined && now >= state.expiresAt) return false;
  return hash === state.hash || (hash === state.previous?.hash && now < state.previous.graceUntil);
}

export function evolveApiKey(state: ApiKeyState, event: ApiKeyEvent): ApiKeyState {
  if (event.type === 'ApiKeyIssued') {
    const { keyId, userId, hash, expiresAt } = event;
    return { status: 'active', keyId, userId, hash, expiresAt, previous: undefined };
  }
  if (state.status !== 'active') throw new Error(`${event.type} in the history of no active key`);
  switch (event.type) {
    case 'ApiKeyRotated': {
      const previous = { hash: state.hash, graceUntil: event.graceUntil };
      return { ...state, hash: event.hash, previous };
    }
    case 'ApiKeyRevoked':
      return { status: 'revoked' };
    default:
      return unreachable(event);
  }
}
