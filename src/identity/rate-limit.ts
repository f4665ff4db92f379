import { LRUCache } from 'lru-cache';
import { growing } from '../kernel/growing.js';
import { LIMITS } from '../kernel/limits.js';
import type { Clock } from '../ports/clock.js';

export interface RateVerdict {
  readonly allowed: boolean;
  readonly remaining: number;
  /** ms after which one more call is allowed; 0 when this one was */
  readonly retryAfterMs: number;
}

export interface RateLimit {
  take(who: string): RateVerdict;
}

const WINDOW = 60_000;
/** callers remembered; the least recent is forgotten */
const CALLERS = 50_000;

interface Counter {
  window: number;
  current: number;
  previous: number;
}

/**
 * A sliding window out of two fixed ones: calls of the last full minute count by the part of it still in sight.
 * Two numbers a caller, whatever the limit; a refused call does not count.
 */
export class SlidingWindow implements RateLimit {
  private readonly counters = new LRUCache<string, Counter>(growing(CALLERS));

  constructor(
    private readonly clock: Clock,
    private readonly perMinute: number = LIMITS.requestsPerMinute,
  ) {}

  take(who: string): RateVerdict {
    const now = this.clock.now();
    const counter = this.counterOf(who, Math.floor(now / WINDOW));
    const passed = (now % WINDOW) / WINDOW;
    const used = counter.previous * (1 - passed) + counter.current;
    if (used + 1 > this.perMinute)
      return { allowed: false, remaining: 0, retryAfterMs: this.wait(counter, now) };
    counter.current++;
    return { allowed: true, remaining: Math.max(0, Math.floor(this.perMinute - used - 1)), retryAfterMs: 0 };
  }

  private counterOf(who: string, window: number): Counter {
    const known = this.counters.get(who);
    if (known?.window === window) return known;
    const previous = known?.window === window - 1 ? known.current : 0;
    const counter = { window, current: 0, previous };
    this.counters.set(who, counter);
    return counter;
  }

  /** Until enough older calls are out of sight: those of the last window, or in the next one those of this. */
  private wait({ current, previous }: Counter, now: number): number {
    const room = this.perMinute - 1 - current;
    const inThis = room >= 0 && previous > 0 ? 1 - room / previous : 1;
    const inNext = Math.max(0, 1 - (this.perMinute - 1) / Math.max(1, current));
    const share = inThis < 1 ? inThis : 1 + inNext;
    return Math.max(1, Math.ceil(share * WINDOW - (now % WINDOW)));
  }
}
