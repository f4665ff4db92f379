import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SpareTime } from './spare-time.js';

const LOOK_MS = 25;
const MOST_MS = 1_000;

describe('work for spare time', () => {
  let busy: number;
  let looks: number;
  let begun: string[];
  let spare: SpareTime;

  beforeEach(() => {
    jest.useFakeTimers();
    [busy, looks, begun] = [0, 0, []];
    const share = () => {
      looks++;
      return busy;
    };
    spare = new SpareTime(MOST_MS, share, () => Date.now());
  });
  afterEach(() => {
    spare.stop();
    jest.useRealTimers();
  });

  const ask = async (...names: string[]) => {
    for (const name of names) void Promise.resolve(spare.begin()).then(() => begun.push(name));
    await jest.advanceTimersByTimeAsync(0);
  };
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  /** one look has seen how busy the thread is */
  const become = async (share: number) => {
    busy = share;
    void spare.begin();
    await pass(LOOK_MS);
  };

  it('begins at once where nobody is in a hurry', async () => {
    await ask('a');
    await become(0.8);
    await ask('b');
    expect(begun).toEqual(['a', 'b']);
  });

  it('waits while the thread is busy, and begins in its order when it no longer is', async () => {
    await become(0.9);
    await ask('a', 'b');
    await pass(4 * LOOK_MS);
    expect(begun).toEqual([]);
    busy = 0.5;
    await pass(LOOK_MS);
    expect(begun).toEqual(['a', 'b']);
    await ask('c');
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('waits no longer than it may, however busy the thread is', async () => {
    await become(1);
    await ask('a');
    await pass(MOST_MS / 2);
    await ask('b');
    await pass(MOST_MS / 2);
    expect(begun).toEqual(['a']);
    await pass(MOST_MS / 2);
    expect(begun).toEqual(['a', 'b']);
  });

  it('that ended long ago says nothing about now: the next begins at once', async () => {
    await become(1);
    await ask('a');
    busy = 0;
    await pass(10 * LOOK_MS);
    busy = 1;
    await ask('b');
    expect(begun).toEqual(['a', 'b']);
  });

  it('costs no looks when there is none', async () => {
    await ask('a');
    await pass(10 * LOOK_MS);
    const before = looks;
    await pass(100 * LOOK_MS);
    expect(looks).toBe(before);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits no more once there is no time left', async () => {
    await become(1);
    await ask('a');
    spare.stop();
    await ask('b');
    expect(begun.toSorted()).toEqual(['a', 'b']);
    expect(jest.getTimerCount()).toBe(0);
  });
});
