/** Leaves from one index up to but not including another, whose hash is one node of a tree or its right edge. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A perfect tree inside the log: the `index`-th of those with 2^level leaves. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** The largest power of two below `size`, where RFC 9162 splits a tree. @param size at least 2 */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** What an inclusion proof consists of, from the leaf upwards (RFC 9162, 2.1.3.1). */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  const path: Range[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    const left = index < middle;
    path.push(left ? { from: middle, to } : { from, to: middle });
    [from, to] = left ? [from, middle] : [middle, to];
  }
  return path.reverse();
}

/**
 * What a proof consists of that the tree of `older` leaves is the beginning of that of `newer` (RFC 9162, 2.1.4.1).
 * Nothing has to be shown for an empty tree, nor for two of the same size.
 */
export function consistencyRanges(older: number, newer: number): readonly Range[] {
  if (older === 0 || older === newer) return [];
  const path: Range[] = [];
  let [from, to] = [0, newer];
  while (older < to) {
    const middle = from + splitOf(to - from);
    const left = older <= middle;
    path.push(left ? { from: middle, to } : { from, to: middle });
    [from, to] = left ? [from, middle] : [middle, to];
  }
  // the older tree as a whole is known to whoever asks
  if (from > 0) path.push({ from, to });
  return path.reverse();
}

/** The perfect trees a range is made of, from left to right. */
export function subtreesOf({ from, to }: Range): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  let at = from;
  while (at < to) {
    let [level, leaves] = [0, 1];
    while (leaves * 2 <= to - at) [level, leaves] = [level + 1, leaves * 2];
    subtrees.push({ level, index: at / leaves });
    at += leaves;
  }
  return subtrees;
}
