import { expect, it } from '@jest/globals';
import { rememberingLast } from './remembering-last.js';

it('a call with the same values gives what the last one gave, and any other is made', () => {
  let calls = 0;
  const pair = rememberingLast((a: object | string, b: object | string) => ({ a, b, nth: ++calls }));
  const [x, y] = [{}, {}];
  const first = pair(x, y);
  expect(pair(x, y)).toBe(first);
  expect(pair(y, x)).toEqual({ a: y, b: x, nth: 2 });
  expect(pair(x, y)).toEqual({ a: x, b: y, nth: 3 });
  expect(pair(x, {})).toMatchObject({ nth: 4 });
});

it('a call that fails is made again, and what was known before it stays', () => {
  let broken = true;
  const pure = rememberingLast((a: number, b: number) => {
    if (a === 2 && broken) throw new RangeError('not now');
    return [a, b];
  });
  const known = pure(1, 1);
  expect(() => pure(2, 1)).toThrow(RangeError);
  expect(pure(1, 1)).toBe(known);
  broken = false;
  expect(pure(2, 1)).toEqual([2, 1]);
});
