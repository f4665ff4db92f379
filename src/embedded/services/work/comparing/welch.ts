import { mean, sampleVariance } from 'simple-statistics';
import type { Comparison } from '../../shapes/findings.js';
import { pOfT } from './distributions.js';

/** Welch's t-test of two means, unequal variances. @param a and b at least two values each */
export function welch(a: readonly number[], b: readonly number[]): Comparison['test'] {
  const left = { n: a.length, mean: mean([...a]), variance: sampleVariance([...a]) };
  const right = { n: b.length, mean: mean([...b]), variance: sampleVariance([...b]) };
  const ea = left.variance / left.n;
  const eb = right.variance / right.n;
  const difference = left.mean - right.mean;
  const pooled = Math.sqrt(
    ((left.n - 1) * left.variance + (right.n - 1) * right.variance) / (left.n + right.n - 2),
  );
  const flat = ea + eb === 0;
  const statistic = flat ? 0 : difference / Math.sqrt(ea + eb);
  const degrees = flat
    ? left.n + right.n - 2
    : (ea + eb) ** 2 / (ea ** 2 / (left.n - 1) + eb ** 2 / (right.n - 1));
  return {
    name: 'welch-t',
    statistic,
    degreesOfFreedom: degrees,
    // Two constants are the same or they are not.
    pValue: flat ? (difference === 0 ? 1 : 0) : pOfT(statistic, degrees),
    effect: { name: 'cohens-d', value: pooled === 0 ? 0 : difference / pooled },
  };
}
