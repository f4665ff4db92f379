import { expect, it } from '@jest/globals';
import { LRUCache } from 'lru-cache';
import { growing } from './growing.js';

it('a cache that grows keeps so many entries, and forgets what was used longest ago', () => {
  const cache = new LRUCache<string, number>(growing(3));
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ] as const)
    cache.set(key, value);
  cache.get('a');
  cache.set('d', 4);
  expect([...cache.keys()].sort()).toEqual(['a', 'c', 'd']);
  cache.set('a', 5);
  expect([cache.get('a'), cache.size]).toEqual([5, 3]);
});
