import { expect, it } from '@jest/globals';
import { systemChance } from './chance.js';

it('random bytes have the length asked for and are never given out twice', () => {
  const draws = Array.from({ length: 2_000 }, (_, i) =>
    Buffer.from(systemChance.bytes(8 + (i % 40))).toString('hex'),
  );
  expect(draws.map(({ length }) => length / 2)).toEqual(
    Array.from({ length: 2_000 }, (_, i) => 8 + (i % 40)),
  );
  expect(new Set(draws.map((draw) => draw.slice(0, 16))).size).toBe(2_000);
  expect(systemChance.bytes(10_000)).toHaveLength(10_000);
});

it('drawn bytes do not change when more are drawn', () => {
  const drawn = systemChance.bytes(32);
  const before = Buffer.from(drawn).toString('hex');
  for (let i = 0; i < 500; i++) systemChance.bytes(32);
  expect(Buffer.from(drawn).toString('hex')).toBe(before);
});

it('ids made in the same moment are in the order they were made', () => {
  const ids = Array.from({ length: 1_000 }, () => systemChance.ulid());
  expect([...ids].sort()).toEqual(ids);
});
