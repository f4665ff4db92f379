import { describe, expect, it } from '@jest/globals';
import { given as givenHistory } from '../../../test/kit/decider-spec.js';
import type { ApiKeyEvent } from '../../events/api-key.js';
import { fold } from '../../kernel/decider.js';
import { apiKeyDecider } from './decide.js';
import { keyIsValid } from './state.js';

const at = '2026-01-02T03:00:00.000Z';
const soon = '2026-01-02T03:10:00.000Z';
const later = '2026-01-02T04:00:00.000Z';
const [first, second, third] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)] as const;

const terms = { keyId: 'key_1', userId: 'user_1', hash: first, prefix: 'qk_a', name: 'laptop' };
const issued: ApiKeyEvent = { ...terms, type: 'ApiKeyIssued', v: 1, issuedAt: at };
const expiring: ApiKeyEvent = { ...terms, type: 'ApiKeyIssued', v: 1, issuedAt: at, expiresAt: later };
const rotated: ApiKeyEvent = { type: 'ApiKeyRotated', v: 1, hash: second, prefix: 'qk_b', graceUntil: soon };
const revoked: ApiKeyEvent = { type: 'ApiKeyRevoked', v: 1, revokedAt: at };

const issue = { ...terms, type: 'IssueApiKey', at } as const;
const rotate = { type: 'RotateApiKey', hash: second, prefix: 'qk_b', at, graceUntil: soon } as const;
const revoke = { type: 'RevokeApiKey', at } as const;

const given = (...history: ApiKeyEvent[]) => givenHistory(apiKeyDecider, history);
const isValid = (history: ApiKeyEvent[], hash: string, now: string) =>
  keyIsValid(fold(apiKeyDecider, history), hash, now);

describe('an API key', () => {
  it('is issued, with or without an end', () => {
    given().when(issue).then([issued]);
    given()
      .when({ ...issue, expiresAt: later })
      .then([expiring]);
  });

  it('is issued once', () => {
    given(issued).when(issue).thenNothing();
    given(issued)
      .when({ ...issue, hash: second })
      .refuses('KEY_EXISTS', { keyId: 'key_1' });
  });

  it('that would be expired at once is refused', () =>
    given()
      .when({ ...issue, expiresAt: at })
      .refuses('VALIDATION_FAILED', { at, expiresAt: at }));

  it('is rotated once', () => {
    given(issued).when(rotate).then([rotated]);
    given(issued, rotated).when(rotate).thenNothing();
  });

  it('is not rotated after it expired, nor with a grace that is over', () => {
    given(expiring)
      .when({ ...rotate, at: later, graceUntil: later })
      .refuses('KEY_EXPIRED', { expiresAt: later });
    given(issued)
      .when({ ...rotate, at: later, graceUntil: soon })
      .refuses('VALIDATION_FAILED');
  });

  it('is revoked once and never comes back', () => {
    given(issued).when(revoke).then([revoked]);
    given(issued, revoked).when(revoke).thenNothing();
    given(issued, revoked).when(rotate).refuses('KEY_REVOKED');
    given(issued, revoked).when(issue).refuses('KEY_REVOKED');
  });

  it('that was never issued is neither rotated nor revoked', () => {
    given().when(rotate).refuses('NOT_FOUND');
    given().when(revoke).refuses('NOT_FOUND');
  });
});

describe('the secret of an API key', () => {
  it('is the one that was issued, and no other', () => {
    expect(isValid([issued], first, at)).toBe(true);
    expect(isValid([issued], second, at)).toBe(false);
    expect(isValid([], first, at)).toBe(false);
  });

  it('is valid until the key expires, not at that instant', () => {
    expect(isValid([expiring], first, '2026-01-02T03:59:59.999Z')).toBe(true);
    expect(isValid([expiring], first, later)).toBe(false);
  });

  it('stays valid after a rotation until its grace ends', () => {
    expect(isValid([issued, rotated], first, '2026-01-02T03:09:59.999Z')).toBe(true);
    expect(isValid([issued, rotated], first, soon)).toBe(false);
    expect(isValid([issued, rotated], second, soon)).toBe(true);
  });

  it('ends with the second rotation, whatever its grace was', () => {
    const again: ApiKeyEvent = {
      ...rotated,
      type: 'ApiKeyRotated',
      v: 1,
      hash: third,
      prefix: 'qk_c',
      graceUntil: soon,
    };
    expect([first, second, third].map((hash) => isValid([issued, rotated, again], hash, at))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('is worth nothing once the key is revoked', () =>
    expect([first, second].some((hash) => isValid([issued, rotated, revoked], hash, at))).toBe(false));
});
