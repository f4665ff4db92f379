import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryLeaseStore } from '../adapters/memory/lease-store.js';
import type { LeaseStore } from '../ports/leases.js';
import type { HeldLease } from './held-lease.js';
import { LeaseKeeper, type Tenant } from './lease-keeper.js';

const silent = { info() {}, warn() {}, error() {} };
const TTL = 9_000;
const PARTS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Works on parts of one pool, and remembers what it was told. */
class Worker implements Tenant {
  readonly pool = 'saga';
  readonly resources = PARTS;
  readonly has = new Map<string, HeldLease>();
  readonly lost: string[] = [];
  refuses = false;

  async take(leases: readonly HeldLease[]): Promise<void> {
    if (this.refuses) throw new Error('the database is away');
    for (const lease of leases) this.has.set(lease.resource, lease);
  }
  async giveUp(resources: readonly string[]): Promise<void> {
    for (const resource of resources) this.has.delete(resource);
  }
  async lose(resources: readonly string[]): Promise<void> {
    this.lost.push(...resources);
    await this.giveUp(resources);
  }
}

/** A process on a shared store. While it is frozen nothing of it reaches the store, as if it were stopped. */
class Process {
  readonly worker = new Worker();
  readonly keeper: LeaseKeeper;
  private isAway = false;

  constructor(store: LeaseStore, instance: string, life = 'first') {
    const reachable = new Proxy(store, {
      get:
        (target, name: keyof LeaseStore) =>
        // biome-ignore lint/suspicious/noExplicitAny: whatever is called is passed on
        async (...args: any[]) => {
          if (this.isAway) throw new Error('nobody answers');
          // biome-ignore lint/suspicious/noExplicitAny: as above
          return (target[name] as any).apply(target, args);
        },
    });
    const member = { instance, life, pools: ['saga'] };
    this.keeper = new LeaseKeeper(reachable, member, [this.worker], { ttlMs: TTL }, silent);
  }

  away(): void {
    this.isAway = true;
  }
  back(): void {
    this.isAway = false;
  }
  get parts(): string[] {
    return [...this.worker.has.keys()].sort();
  }
}

describe('leases', () => {
  let store: MemoryLeaseStore;
  let ann: Process;
  let bob: Process;

  beforeEach(() => {
    jest.useFakeTimers();
    store = new MemoryLeaseStore(() => Date.now());
    ann = new Process(store, 'ann');
    bob = new Process(store, 'bob');
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const fair = () => {
    expect([ann.parts.length, bob.parts.length]).toEqual([3, 3]);
    expect([...ann.parts, ...bob.parts].sort()).toEqual(PARTS);
  };

  it('one process alone holds everything as soon as it has started, and goes on holding it', async () => {
    await ann.keeper.start();
    expect(ann.parts).toEqual(PARTS);
    await pass(10 * TTL);
    expect([ann.parts, ann.worker.lost]).toEqual([PARTS, []]);
    expect([...ann.worker.has.values()].every((lease) => lease.isCurrent() && lease.epoch === 1)).toBe(true);
  });

  it('a process that joins gets its share from the one that has more, and no part is ever held twice', async () => {
    await ann.keeper.start();
    await bob.keeper.start();
    expect(bob.parts).toEqual([]);
    for (let ms = 0; ms < TTL; ms += 100) {
      await pass(100);
      expect(ann.parts.filter((part) => bob.parts.includes(part))).toEqual([]);
    }
    fair();
    await pass(5 * TTL);
    fair();
  });

  it('a tenant that cannot begin does not have taken from another what that is still beginning with', async () => {
    const failing = {
      pool: 'projector',
      resources: ['rows'],
      take: async () => Promise.reject(new Error('away')),
    };
    const told: string[] = [];
    let begin = () => {};
    const slow: Tenant = {
      pool: 'saga',
      resources: PARTS,
      take: () => {
        told.push('taking');
        return new Promise((begun) => {
          begin = () => begun(void told.push('taken'));
        });
      },
      giveUp: async (resources) => void (resources.length > 0 && told.push('given up')),
      lose: async () => {},
    };
    const nothing = async () => {};
    const tenants = [{ ...failing, giveUp: nothing, lose: nothing }, slow];
    const member = { instance: 'ann', life: 'first', pools: ['projector', 'saga'] };
    const keeper = new LeaseKeeper(store, member, tenants, { ttlMs: TTL }, silent);
    void keeper.start();
    await pass(0);
    await bob.keeper.start();
    await pass(TTL / 2);
    begin();
    await pass(0);
    expect(told).toEqual(['taking', 'taken']);
    await pass(TTL);
    expect(told).toEqual(['taking', 'taken', 'given up']);
    expect(bob.parts).toHaveLength(3);
  });

  it('what a process held that stops in good order is taken at once', async () => {
    await ann.keeper.start();
    await bob.keeper.start();
    await pass(TTL);
    await ann.keeper.stop();
    expect(ann.parts).toEqual([]);
    await pass(TTL / 3);
    expect(bob.parts).toEqual(PARTS);
  });

  it('what a process held that died is taken when its leases have run out, under higher epochs', async () => {
    await ann.keeper.start();
    await bob.keeper.start();
    await pass(TTL);
    const before = new Map([...ann.worker.has].map(([part, { epoch }]) => [part, epoch]));
    ann.away();
    await pass(TTL / 2);
    expect(bob.parts).toHaveLength(3);
    await pass(TTL);
    expect(bob.parts).toEqual(PARTS);
    for (const [part, epoch] of before) expect(bob.worker.has.get(part)!.epoch).toBeGreaterThan(epoch);
  });

  it('what a process held that died is taken long before that where its connection tells', async () => {
    await ann.keeper.start();
    await bob.keeper.start();
    await pass(TTL);
    const before = new Map([...ann.worker.has].map(([part, { epoch }]) => [part, epoch]));
    ann.away();
    store.hangUp('ann');
    await pass(299);
    expect(bob.parts).toHaveLength(3);
    await pass(301);
    expect(bob.parts).toEqual(PARTS);
    for (const [part, epoch] of before) expect(bob.worker.has.get(part)!.epoch).toBeGreaterThan(epoch);
  });

  it('a process that lost nothing but its connection keeps its parts', async () => {
    await ann.keeper.start();
    await bob.keeper.start();
    await pass(TTL);
    const parts = ann.parts;
    for (let n = 0; n < 10; n++) {
      store.hangUp('ann');
      await pass(200);
    }
    expect([ann.parts, ann.worker.lost, bob.worker.lost]).toEqual([parts, [], []]);
  });

  it('when the store was away, who is back first waits for the others', async () => {
    await ann.keeper.start();
    await bob.keeper.start();
    await pass(TTL);
    const parts = ann.parts;
    for (const each of [ann, bob]) each.away();
    store.hangUp('ann');
    await pass(1_000);
    bob.back();
    await pass(1_500);
    ann.back();
    await pass(TTL);
    expect([ann.parts, ann.worker.lost]).toEqual([parts, []]);
    // and for no longer than that
    bob.away();
    await pass(1_000);
    bob.back();
    ann.away();
    store.hangUp('ann');
    await pass(2_000);
    expect(bob.parts).toHaveLength(3);
    await pass(1_000);
    expect(bob.parts).toEqual(PARTS);
  });

  it('when all have lost their connections at once, nobody is taken for dead', async () => {
    await ann.keeper.start();
    await bob.keeper.start();
    await pass(TTL);
    const parts = bob.parts;
    bob.away();
    for (const name of ['ann', 'bob']) store.hangUp(name);
    await pass(1_500);
    bob.back();
    await pass(TTL);
    expect([bob.parts, bob.worker.lost]).toEqual([parts, []]);
  });

  it('a process alone that lost its connection is not missed by who joins meanwhile', async () => {
    await ann.keeper.start();
    await pass(TTL / 3 + 100);
    store.hangUp('ann');
    await bob.keeper.start();
    await pass(1_000);
    expect([ann.parts, ann.worker.lost, bob.parts]).toEqual([PARTS, [], []]);
    await pass(TTL);
    fair();
  });

  it('a process that was taken for dead has lost its parts, and gets its share again', async () => {
    await ann.keeper.start();
    await bob.keeper.start();
    await pass(TTL);
    ann.away();
    store.hangUp('ann');
    await pass(2_000);
    expect(bob.parts).toEqual(PARTS);
    const held = [...ann.worker.has.values()];
    ann.back();
    await pass(TTL);
    expect(held.some((lease) => lease.isCurrent())).toBe(false);
    fair();
  });

  it('of three, each takes its share of what one that died has held, whoever finds it first', async () => {
    const eve = new Process(store, 'eve');
    for (const { keeper } of [ann, bob, eve]) await keeper.start();
    await pass(2 * TTL);
    expect([ann, bob, eve].map(({ parts }) => parts.length)).toEqual([2, 2, 2]);
    eve.away();
    store.hangUp('eve');
    await pass(2_500);
    fair();
  });

  it('a process that is ending says no more that it is there', async () => {
    await ann.keeper.start();
    await bob.keeper.start();
    await pass(TTL);
    ann.away();
    store.hangUp('ann');
    await pass(1_000);
    await Promise.all([bob.keeper.stop(), pass(1_000)]);
    await pass(TTL);
    expect((await store.renew({ instance: 'eve', life: 'first', pools: [] }, TTL)).members).toHaveLength(1);
  });

  it('a process that hears nothing knows before its leases run out that it may not act, and has lost them when it is back', async () => {
    await ann.keeper.start();
    await bob.keeper.start();
    await pass(TTL);
    const held = [...ann.worker.has.values()];
    ann.away();
    await pass(0.9 * TTL);
    // nobody else has them yet, and it has stopped already
    expect(held.map((lease) => [lease.isCurrent(), lease.lost.aborted])).toEqual(
      held.map(() => [false, false]),
    );
    expect(bob.parts).toHaveLength(3);
    await pass(TTL);
    ann.back();
    await pass(TTL / 3);
    expect(held.every((lease) => lease.lost.aborted && !lease.isCurrent())).toBe(true);
    expect(ann.worker.lost.sort()).toEqual(held.map(({ resource }) => resource).sort());
    await pass(TTL);
    fair();
  });

  it('a process that is back before anybody took its leases goes on under the same epochs', async () => {
    await ann.keeper.start();
    ann.away();
    await pass(3 * TTL);
    expect([...ann.worker.has.values()].some((lease) => lease.isCurrent())).toBe(false);
    ann.back();
    await pass(TTL / 3);
    expect([...ann.worker.has.values()].every((lease) => lease.isCurrent() && lease.epoch === 1)).toBe(true);
    expect(ann.worker.lost).toEqual([]);
  });

  it('a process that is started again under its name does not wait for what its earlier life held', async () => {
    await ann.keeper.start();
    ann.away();
    const again = new Process(store, 'ann', 'second');
    await again.keeper.start();
    expect(again.parts).toEqual(PARTS);
    ann.back();
    await pass(TTL);
    expect([ann.parts, again.parts]).toEqual([[], PARTS]);
  });

  it('who was replaced by a life that is over by then is back when that has run out', async () => {
    await ann.keeper.start();
    // the last words of an earlier life, which were long on their way
    await store.join({ instance: 'ann', life: 'earlier', pools: ['saga'] }, TTL);
    await pass(TTL / 2);
    expect(ann.parts).toEqual([]);
    await pass(TTL * 2);
    expect(ann.parts).toEqual(PARTS);
  });

  it('what was given by an answer that was lost is given back, and taken again', async () => {
    const acquire = store.acquire.bind(store);
    let deaf = 1;
    store.acquire = async (...args) => {
      const leases = await acquire(...args);
      if (deaf-- > 0) throw new Error('the answer was lost');
      return leases;
    };
    await ann.keeper.start();
    expect(ann.parts).toEqual([]);
    await pass(TTL);
    expect(ann.parts).toEqual(PARTS);
  });

  it('what a process cannot begin to work on it gives back, and tries again', async () => {
    ann.worker.refuses = true;
    await ann.keeper.start();
    expect(ann.parts).toEqual([]);
    expect(await store.acquire({ instance: 'eve', life: 'x', pools: [] }, ['a'], 1)).toHaveLength(1);
    ann.worker.refuses = false;
    await pass(TTL);
    expect(ann.parts).toEqual(PARTS);
  });
});
