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

it('a reader waits for those read models only that it asks', async () => {
  const progress = new ReadModelProgress(['a', 'b', 'c']);
  const waiting = progress.waitFor(at(5), 60_000, ['a', 'b']);
  const all = progress.waitFor(at(5), 20);
  progress.advance('a', at(5));
  progress.advance('b', at(6));
  expect(await waiting).toBe(true);
  expect(await progress.waitFor(at(6), 0, ['b'])).toBe(true);
  expect(await all).toBe(false);
});

it('says what is waited for once, unless it is more than before, and again when nobody waited in between', async () => {
  const said: string[] = [];
  const progress = new ReadModelProgress(['a'], undefined, undefined, (position) => said.push(position));
  progress.hurryTo(at(1), 60_000);
  const waits = [at(5), at(4), at(5), at(6)].map((position) => progress.waitFor(position, 60_000));
  expect(said).toEqual([at(5), at(6)]);
  progress.learn('a', at(6));
  expect(await Promise.all(waits)).toEqual([true, true, true, true]);
  progress.learn('a', at(2));
  const again = progress.waitFor(at(3), 60_000);
  expect(said).toEqual([at(5), at(6), at(3)]);
  progress.learn('a', at(3));
  expect(await again).toBe(true);
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

it('who waits asks the read models themselves when nothing is told', async () => {
  const asked = () => Promise.resolve(new Map([['a', at(7)]]));
  const progress = new ReadModelProgress(['a'], () => undefined, asked);
  progress.learn('a', at(3));
  expect(await progress.waitFor(at(7), 60_000)).toBe(true);
});

it('an answer older than what was heard meanwhile is not believed, and one that fails is asked for again', async () => {
  const answers = [Promise.reject(new Error('down')), Promise.resolve(new Map([['a', at(2)]]))];
  const last = Promise.resolve(new Map([['a', at(9)]]));
  const lows: unknown[] = [];
  const progress: ReadModelProgress = new ReadModelProgress(['a'], undefined, () => {
    lows.push(progress.low());
    return answers.shift() ?? last;
  });
  progress.learn('a', at(5));
  expect(await progress.waitFor(at(8), 60_000)).toBe(true);
  expect(lows).toEqual([at(5), at(5), at(5)]);
});

it('what is said elsewhere of a read model kept here is not believed, until it is left', async () => {
  const progress = new ReadModelProgress(['a', 'b']);
  progress.advance('a', at(5));
  progress.learn('b', at(6));
  progress.learn('a', at(4));
  progress.learn('b', at(5));
  expect(await progress.waitFor(at(5), 0)).toBe(true);
  progress.leave('a');
  progress.learn('a', at(4));
  expect(progress.low()).toEqual(at(4));
});

it('a read model kept here goes back when it says so, and is asked itself when its keeper lags', async () => {
  const asked = () => Promise.resolve(new Map([['a', at(4)]]));
  const progress = new ReadModelProgress(['a'], undefined, asked);
  progress.advance('a', at(5));
  progress.advance('a', at(3));
  expect(progress.low()).toEqual(at(3));
  expect(await progress.waitFor(at(4), 60_000)).toBe(true);
});

it('says again how far those are that are kept here, and nothing of others', () => {
  const said: unknown[] = [];
  const progress = new ReadModelProgress(['a', 'b', 'c'], (...told) => said.push(told));
  progress.advance('a', at(5));
  progress.advance('b', at(6));
  progress.learn('c', at(7));
  progress.leave('b');
  said.length = 0;
  progress.announceAll();
  expect(said).toEqual([['a', at(5)]]);
});

it('a reader who comes ends the rests of read models, and none begins while one waits', async () => {
  const progress = new ReadModelProgress(['a']);
  const resting = progress.rest(0, 60_000, new AbortController().signal);
  const waiting = progress.waitFor(at(1), 60_000);
  await resting;
  await progress.rest(0, 60_000, new AbortController().signal);
  progress.advance('a', at(1));
  expect(await waiting).toBe(true);
});
