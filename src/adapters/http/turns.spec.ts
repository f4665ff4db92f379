import { expect, it } from '@jest/globals';
import { Turns } from './turns.js';

/** Work that ends when it is told to. */
function work() {
  let end = () => undefined as void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { ended, end };
}
const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

it('as many as may run do, the others in the order in which they came', async () => {
  const turns = new Turns(2);
  const jobs = Array.from({ length: 5 }, work);
  const begun: number[] = [];
  const all = jobs.map(({ ended }, index) =>
    turns.run('host', () => {
      begun.push(index);
      return ended;
    }),
  );
  await turnOfTheLoop();
  expect(begun).toEqual([0, 1]);
  jobs[1]!.end();
  await turnOfTheLoop();
  expect(begun).toEqual([0, 1, 2]);
  for (const { end } of jobs) end();
  await Promise.all(all);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

it('one that fails hands its place on', async () => {
  const turns = new Turns(1);
  const first = turns.run('host', () => Promise.reject(new Error('no')));
  const second = turns.run('host', async () => 'yes');
  await expect(first).rejects.toThrow('no');
  expect(await second).toBe('yes');
});

it('names do not wait for each other', async () => {
  const turns = new Turns(1);
  const slow = work();
  const waiting = turns.run('slow', () => slow.ended);
  expect(await turns.run('quick', async () => 1)).toBe(1);
  slow.end();
  await waiting;
});
