import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Position } from '../kernel/event.js';
import { Watermark } from './watermark.js';

const at = (n: number): Position => String(n).padStart(4, '0') as Position;

it('stays before the oldest work that has not ended', () => {
  const mark = new Watermark(at(0));
  const ends = [1, 2, 3].map((n) => mark.begin(at(n)));
  ends[2]!();
  ends[1]!();
  expect([mark.position, mark.pending]).toEqual([at(0), 3]);
  ends[0]!();
  expect([mark.position, mark.pending]).toEqual([at(3), 0]);
});

it('passes events that nobody wanted', () => {
  const mark = new Watermark(undefined);
  const end = mark.begin(at(1));
  mark.reached(at(9));
  expect(mark.position).toBeUndefined();
  end();
  expect(mark.position).toBe(at(9));
});

it('never passes unfinished work and never goes back, in whatever order work ends', () =>
  fc.assert(
    fc.property(fc.shuffledSubarray([...Array(60).keys()], { minLength: 0, maxLength: 60 }), (ended) => {
      const mark = new Watermark(undefined);
      const ends = [...Array(60).keys()].map((n) => mark.begin(at(n)));
      const left = new Set(ends.keys());
      let before: Position | undefined;
      for (const n of ended) {
        ends[n]!();
        left.delete(n);
        const oldest = Math.min(...left, 60);
        expect(mark.position).toBe(oldest === 0 ? undefined : at(oldest - 1));
        expect(before === undefined || mark.position! >= before).toBe(true);
        before = mark.position;
      }
    }),
    { numRuns: 100 },
  ));

it('forgets what has ended', () => {
  const mark = new Watermark(undefined);
  for (let n = 0; n < 5_000; n++) mark.begin(at(n))();
  expect([mark.pending, mark.position]).toEqual([0, at(4_999)]);
});
