import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../src/kernel/limits.js';
import type { IdempotencyStore } from '../../src/ports/idempotency.js';

const NOW = 1_700_000_000_000;
const ANSWER = { status: 202, body: { id: 'wf_1', ż: [null] }, headers: { 'x-position': '7' } };

export function idempotencyStoreContract(name: string, store: () => IdempotencyStore): void {
  describe(`the idempotency store ${name}`, () => {
    let keys = 0;
    const freshKey = (): string => `key-${++keys}`;

    it('lets a key be claimed once', async () => {
      const key = freshKey();
      const claims = await Promise.all(Array.from({ length: 8 }, () => store().claim('u', key, 'f', NOW)));
      expect(claims.map((claim) => claim.is).sort()).toEqual([...Array(7).fill('in-flight'), 'new']);
    });

    it('answers the same call with the answer of the first time', async () => {
      const key = freshKey();
      await store().claim('u', key, 'f', NOW);
      await store().complete('u', key, ANSWER);
      expect(await store().claim('u', key, 'f', NOW + 1)).toEqual({ is: 'done', answer: ANSWER });
    });

    it('tells another call under the same key from the same one, in flight and done', async () => {
      const key = freshKey();
      await store().claim('u', key, 'f', NOW);
      expect(await store().claim('u', key, 'g', NOW)).toEqual({ is: 'different' });
      await store().complete('u', key, ANSWER);
      expect(await store().claim('u', key, 'g', NOW)).toEqual({ is: 'different' });
    });

    it('keeps the keys of one principal from those of another', async () => {
      const key = freshKey();
      await store().claim('u', key, 'f', NOW);
      expect(await store().claim('v', key, 'g', NOW)).toEqual({ is: 'new', since: NOW });
    });

    it('gives an abandoned key to the next call, but never forgets an answer', async () => {
      const key = freshKey();
      await store().claim('u', key, 'f', NOW);
      await store().abandon('u', key);
      expect(await store().claim('u', key, 'g', NOW + 1)).toEqual({ is: 'new', since: NOW + 1 });
      await store().complete('u', key, ANSWER);
      await store().abandon('u', key);
      expect((await store().claim('u', key, 'g', NOW)).is).toBe('done');
    });

    it('gives the key of a call that crashed to the same call only, after a while', async () => {
      const key = freshKey();
      await store().claim('u', key, 'f', NOW);
      expect((await store().claim('u', key, 'f', NOW + LIMITS.idempotencyClaim)).is).toBe('in-flight');
      expect((await store().claim('u', key, 'g', NOW + LIMITS.idempotencyClaim + 1)).is).toBe('different');
      const late = NOW + LIMITS.idempotencyClaim + 1;
      expect(await store().claim('u', key, 'f', late)).toEqual({ is: 'new', since: NOW });
      const later = late + LIMITS.idempotencyClaim + 1;
      expect(await store().claim('u', key, 'f', later)).toEqual({ is: 'new', since: NOW });
    });

    it('forgets an answer when its time is over', async () => {
      const key = freshKey();
      await store().claim('u', key, 'f', NOW);
      await store().complete('u', key, ANSWER);
      expect((await store().claim('u', key, 'f', NOW + LIMITS.idempotencyTtl)).is).toBe('done');
      const over = NOW + LIMITS.idempotencyTtl + 1;
      expect(await store().claim('u', key, 'g', over)).toEqual({ is: 'new', since: over });
    });
  });
}
