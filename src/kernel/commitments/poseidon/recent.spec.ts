import { describe, expect, it } from '@jest/globals';
import { recent } from './recent.js';

/** A hash that is not injective on purpose: what it was asked for shows in `asked`. */
function counted(most: number) {
  const asked: string[] = [];
  const { one, each } = recent((many) => {
    asked.push(...many.map((inputs) => inputs.join()));
    return many.map((inputs) => inputs.reduce((sum, each) => sum + each, 0n));
  }, most);
  return { asked, each, hash: one };
}

describe('recent hashes', () => {
  it('are found again without hashing', () => {
    const { asked, hash } = counted(4);
    expect([hash([1n, 2n]), hash([1n, 2n])]).toEqual([3n, 3n]);
    expect(asked).toEqual(['1,2']);
  });

  it('are found again when they are zero', () => {
    const { asked, hash } = counted(4);
    expect([hash([0n]), hash([0n])]).toEqual([0n, 0n]);
    expect(asked).toHaveLength(1);
  });

  it.each([
    [
      [1n, 23n],
      [12n, 3n],
    ],
    [[1n], [1n, 0n]],
    [
      [1n, 2n],
      [2n, 1n],
    ],
    [[0n], [0n, 0n]],
    [[32n], [1n, 0n]],
  ])('of %p are not taken for those of %p', (one, other) => {
    const { asked, hash } = counted(4);
    hash(one);
    hash(other);
    expect(asked).toEqual([one.join(), other.join()]);
  });

  it('are so many at most, and the oldest goes first', () => {
    const { asked, hash } = counted(2);
    for (const each of [1n, 2n, 3n, 2n, 3n, 1n]) hash([each]);
    expect(asked).toEqual(['1', '2', '3', '1']);
  });

  it('are found among many, of which the others are hashed, and none twice', () => {
    const { asked, each, hash } = counted(4);
    hash([1n]);
    expect(each([[2n], [1n], [3n], [2n]])).toEqual([2n, 1n, 3n, 2n]);
    expect(asked).toEqual(['1', '2', '3']);
  });

  it('may be fewer than are asked for at once', () => {
    const { asked, each } = counted(2);
    for (let i = 0; i < 2; i++) expect(each([[1n], [2n], [3n], [1n]])).toEqual([1n, 2n, 3n, 1n]);
    expect(asked).toEqual(['1', '2', '3', '1']);
  });

  it('do not keep what was refused', () => {
    let times = 0;
    const { one, each } = recent(() => {
      times++;
      throw new RangeError('no');
    }, 2);
    for (const hash of [() => one([1n]), () => each([[1n]])]) expect(hash).toThrow('no');
    expect(times).toBe(2);
  });
});
