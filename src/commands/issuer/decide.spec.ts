import { describe, it } from '@jest/globals';
import { given as givenHistory } from '../../../test/kit/decider-spec.js';
import type { IssuerEvent } from '../../events/issuer.js';
import { issuerDecider } from './decide.js';

const at = '2026-01-02T03:04:05.678Z';
const formerUntil = '2026-01-02T03:05:05.678Z';
const given = (...history: IssuerEvent[]) => givenHistory(issuerDecider, history);
const key = (n: number) => ({ keyId: String(n).repeat(16), publicKey: String(n).repeat(64) });

const rotate = (n: number) =>
  ({ type: 'RotateReceiptKey', generation: n, ...key(n), former: key(n - 1), formerUntil, at }) as const;
const rotated = (n: number): IssuerEvent => ({
  type: 'ReceiptKeyRotated',
  v: 1,
  generation: n,
  ...key(n),
  former: key(n - 1),
  formerUntil,
  rotatedAt: at,
});
const revoke = {
  type: 'RevokeReceiptKey',
  keyId: key(0).keyId,
  from: at,
  logSize: 12,
  reason: 'Stolen.',
  at,
} as const;
const revoked: IssuerEvent = {
  type: 'ReceiptKeyRevoked',
  v: 1,
  keyId: key(0).keyId,
  from: at,
  logSize: 12,
  reason: 'Stolen.',
  revokedAt: at,
};

describe('the key of receipts', () => {
  it('is replaced by another, again and again', () => {
    given()
      .when(rotate(1))
      .then([rotated(1)]);
    given(rotated(1))
      .when(rotate(2))
      .then([rotated(2)]);
  });

  it('is replaced once by the same one', () => given(rotated(1)).when(rotate(1)).thenNothing());

  it('is replaced by no key that was used before', () => {
    given(rotated(1))
      .when({ ...rotate(2), ...key(0) })
      .refuses('KEY_EXISTS');
    given()
      .when({ ...rotate(1), ...key(0) })
      .refuses('KEY_EXISTS');
  });

  it('is replaced by one of two that were made at the same time', () =>
    given(rotated(1))
      .when({ ...rotate(1), ...key(5) })
      .refuses('KEY_ROTATED', { generation: 1 }));

  it('is replaced only by whoever knows which one it is', () =>
    given(rotated(1))
      .when({ ...rotate(2), former: key(0) })
      .refuses('KEY_ROTATED'));

  it('does not end before it is replaced', () =>
    given()
      .when({ ...rotate(1), formerUntil: '2026-01-02T03:04:05.677Z' })
      .refuses('VALIDATION_FAILED'));

  it('is revoked once it was replaced, and not before', () => {
    given(rotated(1)).when(revoke).then([revoked]);
    given().when(revoke).refuses('KEY_IN_USE');
    given(rotated(1))
      .when({ ...revoke, keyId: key(1).keyId })
      .refuses('KEY_IN_USE', { keyId: key(1).keyId });
    given(rotated(1))
      .when({ ...revoke, keyId: key(7).keyId })
      .refuses('NOT_FOUND');
  });

  it('is revoked from an earlier time later on, never from a later one', () => {
    const earlier = '2026-01-01T00:00:00.000Z';
    given(rotated(1), revoked).when(revoke).thenNothing();
    given(rotated(1), revoked)
      .when({ ...revoke, from: '2026-01-03T00:00:00.000Z' })
      .thenNothing();
    given(rotated(1), revoked)
      .when({ ...revoke, from: earlier, logSize: 20 })
      .then([{ ...revoked, from: earlier } as IssuerEvent]);
  });
});
