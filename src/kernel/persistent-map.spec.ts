import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PersistentMap } from './persistent-map.js';

describe('a persistent map', () => {
  it('holds what a Map would hold after the same changes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.nat())), (changes) => {
        const map = PersistentMap.of(changes);
        const model = new Map(changes);
        expect(new Map(map)).toEqual(model);
        expect(map.size).toBe(model.size);
        for (const key of [...model.keys(), 'absent']) expect(map.get(key)).toBe(model.get(key));
      }),
    );
  });

  it('leaves the earlier map as it was', () => {
    const before = PersistentMap.of([['a', 1]]);
    const after = before.with('a', 2).with('b', 3);
    expect([before.get('a'), before.get('b'), before.size]).toEqual([1, undefined, 1]);
    expect([after.get('a'), after.get('b'), after.size]).toEqual([2, 3, 2]);
  });

  it('keeps keys apart whose hashes collide', () => {
    const keys = Array.from({ length: 50_000 }, (_, i) => `hold_${i}`);
    const map = PersistentMap.of(keys.map((key, i) => [key, i] as const));
    expect(keys.every((key, i) => map.get(key) === i)).toBe(true);
    expect(map.size).toBe(50_000);
  });

  it('renders as a plain object with sorted keys', () => {
    expect(JSON.stringify(PersistentMap.of([['b', 1] as const, ['a', 2] as const]))).toBe('{"a":2,"b":1}');
  });
});
