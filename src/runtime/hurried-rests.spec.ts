import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HurriedRests } from './hurried-rests.js';

describe('a rest', () => {
  let isAwaited: boolean;
  let rests: HurriedRests;
  let began: number;
  const never = new AbortController().signal;
  /** ms until it is over */
  const over = async (rest: Promise<void>) => {
    await rest;
    return performance.now() - began;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    isAwaited = false;
    rests = new HurriedRests(() => isAwaited);
    began = performance.now();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is long while nobody waits, and short while somebody does', async () => {
    const long = over(rests.rest(10, 100, never));
    isAwaited = true;
    const short = over(rests.rest(10, 100, never));
    await jest.advanceTimersByTimeAsync(100);
    expect(await Promise.all([long, short])).toEqual([100, 10]);
  });

  it('ends as soon as somebody comes to wait, but not before it may', async () => {
    const [early, late] = [over(rests.rest(10, 100, never)), over(rests.rest(60, 100, never))];
    await jest.advanceTimersByTimeAsync(40);
    rests.hurry();
    await jest.advanceTimersByTimeAsync(60);
    expect(await Promise.all([early, late])).toEqual([40, 60]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is none for who has rested enough, and ends when it is told to', async () => {
    expect(await over(rests.rest(-5, -1, never))).toBe(0);
    const stopping = new AbortController();
    const stopped = over(rests.rest(60_000, 60_000, stopping.signal));
    stopping.abort();
    expect(await stopped).toBe(0);
    expect(await over(rests.rest(60_000, 60_000, stopping.signal))).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });
});
