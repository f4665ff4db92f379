import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Breaker, CLOSED } from '../../src/kernel/breaker.js';
import type { BreakerStore } from '../../src/ports/breakers.js';

const OPEN: Breaker = { is: 'open', until: 1_767_322_800_000 };
const PROBED: Breaker = { is: 'half-open', probe: '01J', until: 1_767_322_800_000 };

/** @param open a fresh store, seen by two processes */
export function breakerStoreContract(
  name: string,
  open: () => Promise<{ readonly stores: readonly [BreakerStore, BreakerStore]; close(): Promise<void> }>,
): void {
  describe(`the breakers of ${name}`, () => {
    let one: BreakerStore;
    let other: BreakerStore;
    let close: () => Promise<void>;

    beforeEach(async () => {
      const under = await open();
      [one, other] = under.stores;
      close = under.close;
    });
    afterEach(() => close());

    it('are closed where nothing is known', async () => {
      expect(await one.load('svc_1')).toEqual({ serviceId: 'svc_1', breaker: CLOSED, version: 0 });
      expect(await one.all(10)).toEqual([]);
    });

    it.each([CLOSED, { is: 'closed', failures: [1, 2] } as Breaker, OPEN, PROBED])(
      'are seen by every process as they were saved: %j',
      async (breaker) => {
        expect(await one.save('svc_1', breaker, 0)).toBe(true);
        expect((await other.load('svc_1')).breaker).toEqual(breaker);
        expect((await other.all(10)).map(({ serviceId }) => serviceId)).toEqual(['svc_1']);
      },
    );

    it('are moved by one of two that saw the same', async () => {
      await one.save('svc_1', OPEN, 0);
      const [a, b] = [await one.load('svc_1'), await other.load('svc_1')];
      expect(await one.save('svc_1', PROBED, a.version)).toBe(true);
      expect(await other.save('svc_1', CLOSED, b.version)).toBe(false);
      expect((await other.load('svc_1')).breaker).toEqual(PROBED);
    });

    it('are made by one of two', async () => {
      const saved = await Promise.all([one.save('svc_1', OPEN, 0), other.save('svc_1', PROBED, 0)]);
      expect([...saved].sort()).toEqual([false, true]);
    });

    it.each(['svc.a > * b', 'ü/☃', 'x'.repeat(500)])('take %j for an id like any other', async (id) => {
      await one.save(id, OPEN, 0);
      await one.save('svc_1', PROBED, 0);
      expect(await other.load(id)).toMatchObject({ serviceId: id, breaker: OPEN });
    });
  });
}
