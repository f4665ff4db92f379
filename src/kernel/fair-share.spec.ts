import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COST, FairShare, type Flow, type Rank } from './fair-share.js';

const flow = (owner: string, priority: Rank = 'normal', service = ''): Flow => ({
  key: `${priority}.${owner}.${service}`,
  owner,
  priority,
});
const drain = (share: FairShare<Flow>, most = Number.POSITIVE_INFINITY): string[] => {
  const taken: string[] = [];
  for (let next = share.next(); next; next = taken.length < most ? share.next() : undefined)
    taken.push(next.key);
  return taken;
};
const owners = (keys: readonly string[]) => keys.map((key) => key.split('.')[1]);

describe('a fair share', () => {
  it('gives a newcomer the next turn, however much another has waiting', () => {
    const share = new FairShare<Flow>();
    share.add(flow('batch'), 10_000);
    for (let n = 0; n < 500; n++) share.next();
    share.add(flow('single'));
    expect(share.next()?.owner).toBe('single');
    expect(share.next()?.owner).toBe('batch');
  });

  it('lets owners take turns', () => {
    const share = new FairShare<Flow>();
    for (const owner of ['a', 'b', 'c']) share.add(flow(owner), 3);
    expect(owners(drain(share))).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('lets the services of one owner take turns', () => {
    const share = new FairShare<Flow>();
    share.add(flow('a', 'normal', 's1'), 2);
    share.add(flow('a', 'normal', 's2'), 2);
    expect(drain(share)).toEqual(['normal.a.s1', 'normal.a.s2', 'normal.a.s1', 'normal.a.s2']);
  });

  it('gives priorities of one owner turns by their weight: sixteen, four, one', () => {
    const share = new FairShare<Flow>();
    for (const rank of ['low', 'normal', 'high'] as const) share.add(flow('a', rank), 1_000);
    const taken = drain(share, 210);
    const count = (rank: Rank) => taken.filter((key) => key.startsWith(rank)).length;
    expect(count('high')).toBeGreaterThanOrEqual(158);
    expect(count('normal')).toBeGreaterThanOrEqual(39);
    expect(count('low')).toBeGreaterThanOrEqual(9);
  });

  it('does not let a held flow take turns, or gain by waiting', () => {
    const share = new FairShare<Flow>();
    share.add(flow('held'), 50);
    share.add(flow('free'), 50);
    share.hold(flow('held'));
    expect(new Set(owners(drain(share, 20)))).toEqual(new Set(['free']));
    share.free(flow('held').key);
    expect(owners(drain(share, 6)).filter((owner) => owner === 'held')).toHaveLength(3);
  });

  it('charges nothing for a turn that came to nothing', () => {
    const share = new FairShare<Flow>();
    share.add(flow('a'), 2);
    share.add(flow('b'), 2);
    const missed = share.next()!;
    share.refund(missed);
    share.add(missed);
    expect(owners(drain(share, 3)).filter((owner) => owner === 'a')).toHaveLength(1);
  });

  it('lets owners take turns at one thing that all are held for', () => {
    const share = new FairShare<Flow>();
    const both = [flow('batch'), flow('single')];
    share.add(both[0]!, 50);
    share.add(both[1]!, 5);
    const served: string[] = [];
    while (served.length < 8) {
      // one may go on each time; everybody else is tried, refused and held until the next time
      let isFree = true;
      for (let next = share.next(); next; next = share.next()) {
        if (isFree) served.push(next.owner);
        else {
          share.refund(next);
          share.hold(next);
          share.add(next);
        }
        isFree = false;
      }
      for (const { key } of both) share.free(key);
    }
    expect(served.filter((owner) => owner === 'single')).toHaveLength(4);
  });

  it('believes the queue about how much waits', () => {
    const share = new FairShare<Flow>();
    share.add(flow('a'), 10);
    share.set(flow('a'), 1);
    share.set(flow('b'), 0);
    expect(owners(drain(share))).toEqual(['a']);
    expect(share.isEmpty).toBe(true);
  });

  const rank = fc.constantFrom<Rank>('high', 'normal', 'low');
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const backlog = fc.array(fc.record({ owner: name, rank, count: fc.integer({ min: 1, max: 40 }) }), {
    minLength: 1,
    maxLength: 12,
  });

  it('loses nothing and invents nothing', () => {
    fc.assert(
      fc.property(backlog, (given) => {
        const share = new FairShare<Flow>();
        const expected = new Map<string, number>();
        for (const { owner, rank: of, count } of given) {
          share.add(flow(owner, of), count);
          const { key } = flow(owner, of);
          expected.set(key, (expected.get(key) ?? 0) + count);
        }
        const taken = new Map<string, number>();
        for (const key of drain(share)) taken.set(key, (taken.get(key) ?? 0) + 1);
        expect(taken).toEqual(expected);
      }),
    );
  });

  it('starves no priority of an owner: each has a turn within the weight of all', () => {
    fc.assert(
      fc.property(backlog, rank, (given, wanted) => {
        const share = new FairShare<Flow>();
        for (const { rank: of } of given) share.add(flow('a', of), 1_000);
        drain(share, 100);
        share.add(flow('a', wanted));
        const others = 2 * (COST[wanted] / COST.high + COST[wanted] / COST.normal + 1);
        expect(drain(share, Math.ceil(others) + 3)).toContain(flow('a', wanted).key);
      }),
    );
  });

  it('never gives one owner two turns more than another of equal backlog, in any stretch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 0, max: 60 }),
        rank,
        (count, skip, of) => {
          const share = new FairShare<Flow>();
          const names = Array.from({ length: count }, (_, n) => `u${n}`);
          for (const each of names) share.add(flow(each, of), 1_000);
          drain(share, skip);
          const taken = owners(drain(share, 50));
          const turns = names.map((each) => taken.filter((owner) => owner === each).length);
          expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(2);
        },
      ),
    );
  });

  it('keeps what a latecomer waits for to one turn of each other owner', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 20 }),
        (batches) => {
          const share = new FairShare<Flow>();
          for (const [n, size] of batches.entries()) share.add(flow(`u${n}`), size);
          drain(share, 37);
          share.add(flow('late'));
          expect(owners(drain(share, batches.length + 1))).toContain('late');
        },
      ),
    );
  });

  it('takes a turn in the same time among ten thousand owners', () => {
    const share = new FairShare<Flow>();
    for (let n = 0; n < 10_000; n++) share.add(flow(`u${n}`), 2);
    expect(new Set(owners(drain(share, 10_000))).size).toBe(10_000);
    expect(drain(share)).toHaveLength(10_000);
  });
});
