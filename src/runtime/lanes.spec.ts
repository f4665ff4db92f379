import { expect, it } from '@jest/globals';
import { gate } from '../../test/kit/gate.js';
import { Lanes } from './lanes.js';

it('work of one key waits for its turn; work of another does not', async () => {
  const lanes = new Lanes();
  const first = gate();
  const seen: string[] = [];
  const work = (name: string, until?: Promise<void>) => async () => {
    await until;
    seen.push(name);
  };
  const a1 = lanes.run('a', work('a1', first.opened));
  const a2 = lanes.run('a', work('a2'));
  await lanes.run('b', work('b1'));
  expect(seen).toEqual(['b1']);
  first.open();
  await Promise.all([a1, a2]);
  expect(seen).toEqual(['b1', 'a1', 'a2']);
});

it('a failure is told to its own caller, and the next one has its turn', async () => {
  const lanes = new Lanes();
  const failing = lanes.run('a', async () => {
    throw new Error('no');
  });
  const next = lanes.run('a', async () => 'yes');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

it('a lane nobody is in is forgotten', async () => {
  const lanes = new Lanes();
  const all = [1, 2, 3].map((n) => lanes.run(`lane ${n}`, async () => n));
  expect(lanes.size).toBe(3);
  await Promise.all(all);
  expect(lanes.size).toBe(0);
});
