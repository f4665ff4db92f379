import { describe, expect, it } from '@jest/globals';
import { PersistentMap } from './persistent-map.js';
import { stateFromText, stateToText } from './state-text.js';

const there = (state: unknown): unknown => stateFromText(stateToText(state));

describe('a state as text', () => {
  it.each([
    ['money', { spent: 20_000n, nothing: 0n, owed: -1n, much: 10n ** 30n }],
    ['what a step is', { steps: { step_1: { status: 'running', attempt: 1 } }, stale: ['a/1'], seq: 0 }],
    ['null, truth and fractions', [null, true, false, 0.25, '']],
    ['names that look like ours', { $bigint: '1', $map: { $record: [] }, other: [{ $map: 2n }] }],
    ['a member called __proto__', JSON.parse('{"__proto__": {"a": 1}}')],
  ])('comes back as it was: %s', (_, state) => expect(there(state)).toEqual(state));

  it('keeps a map of holds a map, nested ones and their money too', () => {
    const state = {
      holds: PersistentMap.of(
        Array.from({ length: 500 }, (_, n) => [`hold_${n}`, { amount: BigInt(n) }] as const),
      ),
      of: PersistentMap.of([['a', PersistentMap.of([['b', 1n]])]]),
    };
    const back = there(state) as typeof state;
    expect([back.holds.size, back.holds.get('hold_499'), back.of.get('a')?.get('b')]).toEqual([
      500,
      { amount: 499n },
      1n,
    ]);
    expect(back.holds.with('hold_500', { amount: 1n }).size).toBe(501);
  });

  it.each(['', '{', '{"$bigint":"x"}', '{"$map":1}'])('that no state gave is an error: %s', (text) =>
    expect(() => stateFromText(text)).toThrow(),
  );
});
