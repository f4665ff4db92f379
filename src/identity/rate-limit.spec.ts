import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SlidingWindow } from './rate-limit.js';

describe('the sliding window', () => {
  it('lets nobody make more than twice the limit in any sixty seconds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 4_000 }), { maxLength: 400 }), (gaps) => {
        const clock = { time: 0, now: () => clock.time };
        const window = new SlidingWindow(clock, 10);
        const allowed: number[] = [];
        for (const gap of gaps) {
          clock.time += gap;
          if (window.take('a').allowed) allowed.push(clock.time);
        }
        for (const [index, at] of allowed.entries()) {
          const within = allowed.slice(index).filter((other) => other - at < 60_000).length;
          expect(within).toBeLessThanOrEqual(20);
        }
      }),
    );
  });

  it('allows a call after the time it says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.nat({ max: 20_000 }), { minLength: 1, maxLength: 200 }),
        (perMinute, gaps) => {
          const clock = { time: 0, now: () => clock.time };
          const window = new SlidingWindow(clock, perMinute);
          for (const gap of gaps) {
            clock.time += gap;
            const verdict = window.take('a');
            if (verdict.allowed) continue;
            clock.time += verdict.retryAfterMs;
            expect(window.take('a').allowed).toBe(true);
          }
        },
      ),
    );
  });

  it('counts each caller apart', () => {
    const window = new SlidingWindow({ now: () => 0 }, 1);
    expect([window.take('a').allowed, window.take('a').allowed, window.take('b').allowed]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
