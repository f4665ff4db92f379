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
});
