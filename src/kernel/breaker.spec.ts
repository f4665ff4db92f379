import { describe, expect, it } from '@jest/globals';
import { abandoned, admit, BREAKER, type Breaker, CLOSED, failed, probing, succeeded } from './breaker.js';

const NOW = 1_000_000;
const failures = (count: number, every = 1, from = NOW): Breaker =>
  Array.from({ length: count }, (_, n) => from + n * every).reduce<Breaker>(
    (breaker, at) => failed(breaker, at, undefined),
    CLOSED,
  );

describe('a closed breaker', () => {
  it('lets every call through', () => expect(admit(CLOSED, NOW, 'a')).toEqual({ admitted: true }));

  it('stays closed after four failures', () => expect(failures(4).is).toBe('closed'));

  it('opens at the fifth failure within 60 s, for 30 s', () =>
    expect(failures(5)).toEqual({ is: 'open', until: NOW + 4 + 30_000 }));

  it('stays closed when the first of five is 60 s old', () =>
    expect(failures(5, BREAKER.window / 4).is).toBe('closed'));

  it('opens when the first of five is one ms younger', () =>
    expect(failures(5, BREAKER.window / 4 - 1).is).toBe('open'));

  it('keeps no more failures than it needs', () => {
    const breaker = failures(1_000, BREAKER.window / 4);
    expect(breaker.is === 'closed' && breaker.failures.length).toBeLessThan(BREAKER.failures);
  });

  it('does not forget failures for a success in between', () => {
    const breaker = succeeded(failures(4), undefined);
    expect(failed(breaker, NOW + 5, undefined).is).toBe('open');
  });
});

describe('an open breaker', () => {
  const open = failures(5);
  const until = open.is === 'open' ? open.until : 0;

  it('lets nothing through, and says when it may be tried', () =>
    expect(admit(open, until - 1, 'a')).toEqual({ admitted: false, retryAt: until, isProbed: false }));

  it('lets one probe through that was opened by a clock far ahead', () => {
    expect(admit(open, until - BREAKER.rest - 60_000, 'a')).toMatchObject({ admitted: false });
    expect(admit(open, until - BREAKER.rest - 60_001, 'a')).toEqual({ admitted: true, probe: 'a' });
  });

  it('lets one probe through after its rest', () =>
    expect(admit(open, until, 'a')).toEqual({ admitted: true, probe: 'a' }));

  it.each([
    ['fail', (breaker: Breaker) => failed(breaker, until, undefined)],
    ['succeed', (breaker: Breaker) => succeeded(breaker, undefined)],
    ['succeed as a probe of before', (breaker: Breaker) => succeeded(breaker, 'old')],
    ['fail as a probe of before', (breaker: Breaker) => failed(breaker, until, 'old')],
  ])('is not moved by calls of before that %s', (_, late) => expect(late(open)).toBe(open));
});

describe('a half-open breaker', () => {
  const halfOpen = probing('a', NOW);

  it('lets nothing else through', () =>
    expect(admit(halfOpen, NOW + 1, 'b')).toEqual({
      admitted: false,
      retryAt: NOW + BREAKER.probeTime,
      isProbed: true,
    }));

  it('closes without a past when its probe succeeds', () => expect(succeeded(halfOpen, 'a')).toEqual(CLOSED));

  it('opens for another rest when its probe fails', () =>
    expect(failed(halfOpen, NOW + 9, 'a')).toEqual({ is: 'open', until: NOW + 9 + BREAKER.rest }));

  it('lets another probe at once when its probe was called off', () =>
    expect(admit(abandoned(halfOpen, NOW + 9, 'a'), NOW + 9, 'b')).toEqual({ admitted: true, probe: 'b' }));

  it('lets another probe when its probe has been silent for too long', () =>
    expect(admit(halfOpen, NOW + BREAKER.probeTime, 'b')).toEqual({ admitted: true, probe: 'b' }));

  it.each([
    ['succeeds', (breaker: Breaker) => succeeded(breaker, 'b')],
    ['fails', (breaker: Breaker) => failed(breaker, NOW, 'b')],
    ['is called off', (breaker: Breaker) => abandoned(breaker, NOW, 'b')],
    ['of no probe fails', (breaker: Breaker) => failed(breaker, NOW, undefined)],
  ])('is not moved when another call %s', (_, other) => expect(other(halfOpen)).toBe(halfOpen));
});
