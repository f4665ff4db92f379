import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LoopShare } from './loop-share.js';

describe('a share of each turn of the event loop', () => {
  it('lets two begin in each, in the order they came', async () => {
    const share = new LoopShare(2);
    const began: number[] = [];
    for (let i = 0; i < 5; i++) void share.begin().then(() => began.push(i));
    const after: number[][] = [];
    for (let turn = 0; turn < 4; turn++) {
      await nextTurn();
      after.push([...began]);
    }
    for (const [turn, all] of after.entries())
      expect(all.length - (after[turn - 1]?.length ?? 2)).toBeLessThanOrEqual(2);
    expect(after.at(-1)).toEqual([0, 1, 2, 3, 4]);
  });

  it('is whole again for who comes later', async () => {
    const share = new LoopShare(1);
    await share.begin();
    await nextTurn();
    await nextTurn();
    let began = false;
    void share.begin().then(() => (began = true));
    await Promise.resolve();
    expect(began).toBe(true);
  });

  it('is smaller after long turns, down to one, and grows again after short ones', async () => {
    let now = 0;
    let lasts = 100;
    const share = new LoopShare(8, 20, () => now);
    const began: number[] = [];
    for (let i = 0; i < 40; i++) void share.begin().then(() => began.push(i));
    const inTurn: number[] = [];
    for (let turn = 0; turn < 12; turn++) {
      const before = began.length;
      await nextTurn();
      now += lasts;
      inTurn.push(began.length - before);
      if (turn === 3) lasts = 1;
    }
    expect(inTurn.slice(1, 4)).toEqual([1, 1, 1]);
    expect(inTurn.slice(5, 9)).toEqual([2, 3, 4, 5]);
  });
});
