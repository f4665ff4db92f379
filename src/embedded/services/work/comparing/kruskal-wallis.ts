import type { Comparison } from '../../shapes/findings.js';
import { pOfChiSquare } from './distributions.js';

/** Kruskal and Wallis (1952), corrected for ties. @param groups three or more, none empty */
export function kruskalWallis(groups: readonly (readonly number[])[]): Comparison['test'] {
  const all = groups.flatMap((values, group) => values.map((value) => ({ value, group })));
  const n = all.length;
  const { sums, tied } = rankSums(all, groups.length);
  const weighted = sums.reduce((sum, rank, group) => sum + rank ** 2 / groups[group]!.length, 0);
  const raw = (12 / (n * (n + 1))) * weighted - 3 * (n + 1);
  const correction = 1 - tied / (n ** 3 - n);
  const h = correction === 0 ? 0 : raw / correction;
  return {
    name: 'kruskal-wallis',
    statistic: h,
    degreesOfFreedom: groups.length - 1,
    pValue: pOfChiSquare(h, groups.length - 1),
    effect: { name: 'epsilon-squared', value: h / ((n ** 2 - 1) / (n + 1)) },
  };
}

/** Sum of ranks per group, equal values sharing their mean rank, and Σ(t³ − t) over the ties. */
function rankSums(
  all: readonly { value: number; group: number }[],
  count: number,
): { sums: number[]; tied: number } {
  const sorted = [...all].sort((a, b) => a.value - b.value);
  const sums = new Array<number>(count).fill(0);
  let tied = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]!.value === sorted[from]!.value) to++;
    const rank = (from + 1 + to) / 2;
    for (const { group } of sorted.slice(from, to)) sums[group]! += rank;
    tied += (to - from) ** 3 - (to - from);
    from = to;
  }
  return { sums, tied };
}
