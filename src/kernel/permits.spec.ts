import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as kernel from './permits.js';
import { type CallLimit, draftOf, NO_PERMITS, type Permits, permitsOf, underWay } from './permits.js';

const LEASE = 10_000;

/** One change at a time, each on what the one before has left. */
const take = (permits: Permits, limit: CallLimit, holder: string, now: number, leaseMs: number) => {
  const draft = draftOf(permits, [], now, leaseMs);
  const taking = kernel.take(draft, limit, holder, leaseMs);
  return taking.taken ? { ...taking, permits: permitsOf(draft) } : taking;
};
const giveBack = (permits: Permits, holder: string, unused: boolean): Permits => {
  const draft = draftOf(permits, [], 0, LEASE);
  kernel.giveBack(draft, holder, unused);
  return permitsOf(draft);
};
const renew = (permits: Permits, own: string[], now: number, leaseMs: number): Permits =>
  permitsOf(draftOf(permits, own, now, leaseMs));

const taken = (permits: Permits, holder: string, now: number, limit = {}) => {
  const taking = take(permits, limit, holder, now, LEASE);
  if (!taking.taken) throw new Error(`${holder} got none: ${taking.because}`);
  return taking.permits;
};

describe('permits', () => {
  it('are refused above the limit, until the first lease ends', () => {
    const two = taken(taken(NO_PERMITS, 'a', 0), 'b', 4_000);
    expect(take(two, { concurrency: 2 }, 'c', 5_000, LEASE)).toEqual({
      taken: false,
      because: 'concurrency',
      retryIn: 5_000,
    });
    expect(take(two, { concurrency: 2 }, 'c', 10_000, LEASE)).toMatchObject({ taken: true });
  });

  it('are free again when given back', () => {
    const one = taken(NO_PERMITS, 'a', 0);
    expect(take(giveBack(one, 'a', false), { concurrency: 1 }, 'b', 1, LEASE)).toMatchObject({ taken: true });
  });

  it('of a holder that says it lives are not given to another', () => {
    const renewed = renew(taken(NO_PERMITS, 'a', 0), ['a'], 9_000, LEASE);
    expect(take(renewed, { concurrency: 1 }, 'b', 12_000, LEASE)).toMatchObject({ taken: false });
  });

  it('of a holder that was forgotten count again once it speaks', () =>
    expect(underWay(renew(NO_PERMITS, ['a'], 0, LEASE), 1)).toBe(1));

  it('come at the rate of a service, a second of it at once', () => {
    const limit = { perMinute: 120 };
    const two = taken(taken(NO_PERMITS, 'a', 100_000, limit), 'b', 100_000, limit);
    expect(take(two, limit, 'c', 100_000, LEASE)).toEqual({ taken: false, because: 'rate', retryIn: 500 });
    expect(take(two, limit, 'c', 100_500, LEASE)).toMatchObject({ taken: true });
  });

  it('are taken and given back together as one after the other', () => {
    const draft = draftOf(taken(NO_PERMITS, 'a', 0), ['a'], 1, LEASE);
    expect(kernel.take(draft, { concurrency: 2 }, 'b', LEASE)).toEqual({ taken: true });
    expect(kernel.take(draft, { concurrency: 2 }, 'c', LEASE)).toMatchObject({ because: 'concurrency' });
    expect(kernel.giveBack(draft, 'a', false)).toBe(true);
    expect(kernel.giveBack(draft, 'a', false)).toBe(false);
    expect(kernel.take(draft, { concurrency: 2 }, 'c', LEASE)).toEqual({ taken: true });
    expect(Object.keys(permitsOf(draft).holders)).toEqual(['b', 'c']);
  });

  it('of a holder whose clock is far ahead run out as if it had spoken now', () => {
    const ahead = taken(NO_PERMITS, 'a', 3_600_000);
    const seen = draftOf(ahead, [], 0, LEASE);
    expect(seen.isCorrected).toBe(true);
    expect(kernel.take(seen, { concurrency: 1 }, 'b', LEASE)).toEqual({
      taken: false,
      because: 'concurrency',
      retryIn: LEASE,
    });
    expect(take(permitsOf(seen), { concurrency: 1 }, 'b', LEASE, LEASE)).toMatchObject({ taken: true });
  });

  it('of a holder whose clock is a little ahead are believed for as long as it says', () => {
    const ahead = draftOf(taken(NO_PERMITS, 'a', 60_000), [], 0, LEASE);
    expect(ahead.isCorrected).toBe(false);
    expect(permitsOf(ahead).holders).toEqual({ a: 60_000 + LEASE });
  });

  it('come at the rate of a service also after one that a clock far ahead has dated', () => {
    const limit = { perMinute: 60 };
    const ahead = draftOf(taken(NO_PERMITS, 'a', 3_600_000, limit), [], 0, LEASE);
    expect(ahead.isCorrected).toBe(true);
    expect(kernel.take(ahead, limit, 'b', LEASE)).toEqual({ taken: false, because: 'rate', retryIn: 1_000 });
    expect(take(permitsOf(ahead), limit, 'b', 1_000, LEASE)).toMatchObject({ taken: true });
  });

  it('that were not used cost no part of the rate', () => {
    const limit = { perMinute: 1 };
    const unused = giveBack(taken(NO_PERMITS, 'a', 100_000, limit), 'a', true);
    expect(take(unused, limit, 'b', 100_000, LEASE)).toMatchObject({ taken: true });
  });

  const moves = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 3_000 }),
      holder: fc.integer({ min: 0, max: 9 }),
      ends: fc.boolean(),
    }),
    { maxLength: 200 },
  );

  it('never exceed the limit, whoever takes, ends, or falls silent', () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 1, max: 5 }), (steps, concurrency) => {
        let permits: Permits = NO_PERMITS;
        let now = 1_000_000;
        for (const { wait, holder, ends } of steps) {
          now += wait;
          if (ends) permits = giveBack(permits, `${holder}`, false);
          else {
            const taking = take(permits, { concurrency }, `${holder}`, now, LEASE);
            if (taking.taken) permits = taking.permits;
          }
          expect(underWay(permits, now)).toBeLessThanOrEqual(concurrency);
        }
      }),
    );
  });

  it('never exceed the rate in any stretch of time, but for the second that may come at once', () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 1, max: 600 }), (steps, perMinute) => {
        let permits: Permits = NO_PERMITS;
        let now = 1_000_000;
        const begun = now;
        let count = 0;
        for (const { wait } of steps) {
          now += wait;
          const taking = take(permits, { perMinute }, `${count}`, now, 1);
          if (!taking.taken) continue;
          permits = taking.permits;
          count++;
        }
        const most = Math.max(1, Math.ceil(perMinute / 60)) + ((now - begun) * perMinute) / 60_000;
        expect(count).toBeLessThanOrEqual(most + 1e-6);
      }),
    );
  });
});
