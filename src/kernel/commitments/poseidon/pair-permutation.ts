import type { PairArena } from './pair-arena.js';
import type { Parameters } from './parameters.js';
import { type Layout, layOut } from './permutation.js';

/** Two hashes of one width at once, in little more time than one takes. */
export class PairPermutation {
  private readonly at: Layout;

  constructor(
    private readonly arena: PairArena,
    parameters: Parameters,
  ) {
    this.at = layOut(arena, parameters);
  }

  /** @param one canonical elements, one fewer than the width, as many as `other` */
  hash(one: readonly bigint[], other: readonly bigint[]): readonly [bigint, bigint] {
    const { arena } = this;
    const { state, hashed, from, to } = this.at;
    for (let i = 0; i < one.length; i++) arena.put(one[i]!, other[i]!, state + (i + 1) * arena.elementBytes);
    arena.math.run(from, to);
    return arena.readPlain(hashed);
  }
}
