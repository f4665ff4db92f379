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

  /** @returns how many of forty began in the third turn and in the fourth, of each of which everybody else takes `othersMs` */
  async function inTurns(eachTakesMs: number, othersMs: number): Promise<number[]> {
    let now = 0;
    let began = 0;
    const share = new LoopShare(8, 20, () => now);
    for (let i = 0; i < 40; i++)
      void share.begin().then(() => {
        began++;
        now += eachTakesMs;
      });
    const each: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const before = began;
      await nextTurn();
      now += othersMs;
      each.push(began - before);
    }
    return each.slice(2);
  }

  it('is what everybody else leaves of a turn', async () => {
    expect(await inTurns(4, 4)).toEqual([4, 4]);
    expect(await inTurns(2, 6)).toEqual([7, 7]);
    expect(await inTurns(1, 1)).toEqual([8, 8]);
  });

  it('is half a turn at least, and one that begins, however long the others or it take', async () => {
    expect(await inTurns(2, 15)).toEqual([5, 5]);
    expect(await inTurns(2, 500)).toEqual([5, 5]);
    expect(await inTurns(50, 1)).toEqual([1, 1]);
  });
});
