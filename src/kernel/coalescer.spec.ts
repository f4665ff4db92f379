import { expect, it } from '@jest/globals';
import { gate } from '../../test/kit/gate.js';
import { Coalescer } from './coalescer.js';

it('what arrives while one write is under way becomes the next write', async () => {
  const writes: number[][] = [];
  const first = gate();
  const coalescer = new Coalescer<number>(async (items) => {
    writes.push([...items]);
    if (writes.length === 1) await first.opened;
  });
  const one = coalescer.add(1);
  await Promise.resolve();
  const others = [2, 3, 4].map((item) => coalescer.add(item));
  first.open();
  await Promise.all([one, ...others]);
  expect(writes).toEqual([[1], [2, 3, 4]]);
});

it('a write takes so many at most, in the order they came', async () => {
  const writes: number[][] = [];
  const coalescer = new Coalescer<number>(async (items) => void writes.push([...items]), 2);
  await Promise.all([1, 2, 3, 4, 5].map((item) => coalescer.add(item)));
  expect(writes).toEqual([[1, 2], [3, 4], [5]]);
});

it('a write that fails is told to those in it alone', async () => {
  const coalescer = new Coalescer<string>(async (items) => {
    if (items.includes('bad')) throw new Error('refused');
  }, 2);
  const results = await Promise.allSettled(['a', 'bad', 'c'].map((item) => coalescer.add(item)));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  await expect(coalescer.add('d')).resolves.toBeUndefined();
});
