import { expect, it } from '@jest/globals';
import type { Position } from '../kernel/event.js';
import { ReadModelProgress } from './read-model-progress.js';

const at = (n: number): Position => String(n).padStart(4, '0') as Position;

it('a reader waits until the slowest read model has its position', async () => {
  const progress = new ReadModelProgress(['a', 'b']);
  let woken = false;
  const waiting = progress.waitFor(at(5), 60_000).then((reached) => {
    woken = reached;
  });
  progress.advance('a', at(9));
  progress.advance('b', at(4));
  await Promise.resolve();
  expect([woken, progress.low()]).toEqual([false, at(4)]);
  progress.advance('b', at(5));
  await waiting;
  expect([woken, progress.low()]).toEqual([true, at(5)]);
});

it('what is reached already is not waited for', async () => {
  const progress = new ReadModelProgress(['a']);
  progress.advance('a', at(5));
  expect(await progress.waitFor(at(5), 0)).toBe(true);
});

it('waiting has an end', async () => {
  const progress = new ReadModelProgress(['a', 'b']);
  progress.advance('a', at(9));
  expect(await progress.waitFor(at(1), 1)).toBe(false);
  progress.advance('b', at(9));
  expect(await progress.waitFor(at(1), 1)).toBe(true);
});
