import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Lease, LeaseStore, Member } from '../../src/ports/leases.js';

/** Long enough for any test, and a time that is over when it begins: nobody waits for a lease to run out. */
const LONG = 3_600_000;
const OVER = -1_000;

const member = (instance: string, life = 'first', pools = ['saga']): Member => ({ instance, life, pools });
const names = (leases: readonly Lease[]): string[] => leases.map(({ resource }) => resource).sort();
const ann = member('ann');
const bob = member('bob');

interface Fresh {
  readonly store: LeaseStore;
  /** a second client of the same data, where that means something */
  readonly other: LeaseStore;
  /** ends the connection of `store`, by which this member is there; it has another when it asks again */
  hangUp(instance: string): Promise<void>;
}

/** @param fresh an empty store */
export function leaseStoreContract(name: string, fresh: () => Promise<Fresh>): void {
  describe(`the lease store ${name}`, () => {
    let store: LeaseStore;
    let other: LeaseStore;
    let hangUp: Fresh['hangUp'];

    beforeEach(async () => {
      ({ store, other, hangUp } = await fresh());
      await store.join(ann, LONG);
      await other.join(bob, LONG);
    });

    it('gives what is free, and nothing that somebody holds', async () => {
      expect(names(await store.acquire(ann, ['a', 'b'], LONG))).toEqual(['a', 'b']);
      expect(names(await other.acquire(bob, ['b', 'c'], LONG))).toEqual(['c']);
      expect(await other.acquire(bob, [], LONG)).toEqual([]);
    });

    it('gives a resource that many want at once to one of them', async () => {
      const all = Array.from({ length: 20 }, (_, n) => `part ${n}`);
      const orders = [all, [...all].reverse(), all, [...all].reverse()];
      const given = await Promise.all(
        orders.map((order, n) => (n % 2 ? store : other).acquire(n % 2 ? ann : bob, order, LONG)),
      );
      expect(given.flatMap(names).sort()).toEqual([...all].sort());
    });

    it('says what a member holds, what others hold, and who lives, in the order of joining', async () => {
      const [held] = await store.acquire(ann, ['a'], LONG);
      await other.acquire(bob, ['b'], LONG);
      expect(await store.renew(ann, LONG)).toEqual({
        held: [held],
        members: [ann, bob].map(({ instance, pools }) => ({ instance, pools })),
        taken: ['b'],
      });
    });

    it('gives what ran out to the next who asks, under a higher epoch, and the former holder has it no more', async () => {
      const [before] = await store.acquire(ann, ['a'], OVER);
      const [after] = await other.acquire(bob, ['a'], LONG);
      expect(after!.epoch).toBeGreaterThan(before!.epoch);
      const roll = await store.renew(ann, LONG);
      expect([roll.held, roll.taken]).toEqual([[], ['a']]);
    });

    it('gives to one of many what ran out', async () => {
      await store.acquire(ann, ['a'], OVER);
      const given = await Promise.all(
        [1, 2, 3, 4].map((n) => (n % 2 ? store : other).acquire(bob, ['a'], LONG)),
      );
      expect(given.flat()).toHaveLength(1);
    });

    it('renews what ran out and nobody took, under the same epoch', async () => {
      const [before] = await store.acquire(ann, ['a'], OVER);
      expect((await store.renew(ann, LONG)).held).toEqual([before]);
      expect(await other.acquire(bob, ['a'], LONG)).toEqual([]);
    });

    it('gives back what is released, and never the same epoch again', async () => {
      const [first] = await store.acquire(ann, ['a'], LONG);
      await store.release(ann, [first!]);
      const [second] = await other.acquire(bob, ['a'], LONG);
      await other.release(bob, [second!]);
      const [third] = await store.acquire(ann, ['a'], LONG);
      expect([first!.epoch < second!.epoch, second!.epoch < third!.epoch]).toEqual([true, true]);
    });

    it('lets nobody release what another holds, nor what it holds by now under another epoch', async () => {
      const [before] = await store.acquire(ann, ['a'], OVER);
      await other.acquire(bob, ['a'], OVER);
      const [now] = await store.acquire(ann, ['a'], LONG);
      await other.release(bob, [now!]);
      await store.release(ann, [before!]);
      expect((await store.renew(ann, LONG)).held).toEqual([now]);
    });

    it('frees what an earlier life of an instance held as soon as the next one joins, and tells the earlier one', async () => {
      const [before] = await store.acquire(ann, ['a'], LONG);
      const again = member('ann', 'second');
      await other.join(again, LONG);
      const [after] = await other.acquire(again, ['a'], LONG);
      expect(after!.epoch).toBeGreaterThan(before!.epoch);
      await expect(store.renew(ann, LONG)).rejects.toMatchObject({
        code: 'INSTANCE_REPLACED',
        kind: 'terminal',
      });
      await store.leave(ann);
      const roll = await other.renew(again, LONG);
      expect([roll.held, roll.members.map(({ instance }) => instance).sort()]).toEqual([
        [after],
        ['ann', 'bob'],
      ]);
    });

    it('takes a member back whose later life said nothing for too long', async () => {
      await other.join(member('ann', 'late'), OVER);
      expect((await store.renew(ann, LONG)).members.map(({ instance }) => instance).sort()).toEqual([
        'ann',
        'bob',
      ]);
      expect(await store.acquire(ann, ['a'], LONG)).toHaveLength(1);
      await expect(other.renew(member('ann', 'late'), LONG)).rejects.toMatchObject({
        code: 'INSTANCE_REPLACED',
      });
    });

    it('forgets a member that said nothing for too long, and knows it again when it speaks', async () => {
      await store.renew(ann, OVER);
      expect((await other.renew(bob, LONG)).members).toEqual([{ instance: 'bob', pools: ['saga'] }]);
      await store.renew(ann, LONG);
      expect((await other.renew(bob, LONG)).members).toHaveLength(2);
    });

    it('misses nobody who is connected, and whose connection ended until it has another', async () => {
      expect(await other.look(bob)).toEqual([]);
      await hangUp('ann');
      expect(await other.look(bob)).toMatchObject([{ instance: 'ann', life: 'first' }]);
      expect(await store.look(ann)).toEqual([]);
      expect(await other.look(bob)).toEqual([]);
      await hangUp('ann');
      expect(await other.look(bob)).toHaveLength(1);
      await store.renew(ann, LONG);
      expect(await other.look(bob)).toEqual([]);
      await hangUp('ann');
      await store.join(member('ann', 'second'), LONG);
      expect(await other.look(bob)).toEqual([]);
    });

    it('tells a member that its connection has ended, each time', async () => {
      let told = 0;
      store.onHangUp(ann, () => {
        told += 1;
      });
      await hangUp('ann');
      expect(told).toBe(1);
      await store.look(ann);
      await other.renew(bob, LONG);
      expect(told).toBe(1);
      await hangUp('ann');
      expect(told).toBe(2);
    });

    it('misses nobody who said nothing for too long: that is no member any more', async () => {
      await store.renew(ann, OVER);
      await hangUp('ann');
      expect(await other.look(bob)).toEqual([]);
    });

    it('frees what an absent member holds, under higher epochs, and knows it again when it renews', async () => {
      const before = await store.acquire(ann, ['a', 'b'], LONG);
      await hangUp('ann');
      await other.remove(await other.look(bob));
      expect((await other.renew(bob, LONG)).members).toEqual([{ instance: 'bob', pools: ['saga'] }]);
      const after = await other.acquire(bob, ['a', 'b'], LONG);
      expect(after.map(({ resource, epoch }) => [resource, epoch > before[0]!.epoch])).toEqual([
        ['a', true],
        ['b', true],
      ]);
      const roll = await store.renew(ann, LONG);
      expect([roll.held, roll.members.length]).toEqual([[], 2]);
      expect(await other.look(bob)).toEqual([]);
    });

    it('leaves whoever is back as it was: by another connection, or in another life', async () => {
      const [held] = await store.acquire(ann, ['a'], LONG);
      await hangUp('ann');
      const absent = await other.look(bob);
      await store.look(ann);
      await other.remove(absent);
      expect((await store.renew(ann, LONG)).held).toEqual([held]);
      const second = member('ann', 'second');
      await hangUp('ann');
      const before = await other.look(bob);
      await store.join(second, LONG);
      const [again] = await store.acquire(second, ['a'], LONG);
      await other.remove([...absent, ...before]);
      await other.remove([]);
      expect((await store.renew(second, LONG)).held).toEqual([again]);
    });

    it('frees everything of a member that leaves', async () => {
      await store.acquire(ann, ['a', 'b'], LONG);
      await store.leave(ann);
      expect(names(await other.acquire(bob, ['a', 'b'], LONG))).toEqual(['a', 'b']);
      expect((await other.renew(bob, LONG)).members).toHaveLength(1);
    });
  });
}
