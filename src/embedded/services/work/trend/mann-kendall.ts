import { pOfZ } from '../comparing/distributions.js';
import { quantile } from '../statistics/quantile.js';

export interface MannKendall {
  readonly s: number;
  readonly varS: number;
  readonly z: number;
  readonly pValue: number;
  readonly tau: number;
  readonly senSlope: number;
}

/**
 * Mann (1945) and Kendall (1975), variance corrected for tied values, with continuity correction; slope by Sen
 * (1968). The test assumes that observations do not depend on each other beyond the trend.
 * @param x ascending, different @param y at least two values; every pair is looked at, so keep it to some thousands
 */
export function mannKendall(x: readonly number[], y: readonly number[]): MannKendall {
  const n = y.length;
  // Typed, because there may be millions and they are sorted.
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let next = 0;
  let s = 0;
  for (let i = 0; i < n - 1; i++) {
    for (let j = i + 1; j < n; j++) {
      s += Math.sign(y[j]! - y[i]!);
      slopes[next++] = (y[j]! - y[i]!) / (x[j]! - x[i]!);
    }
  }
  const ties = tieSizes(y);
  const correction = ties.reduce((sum, t) => sum + t * (t - 1) * (2 * t + 5), 0);
  const varS = (n * (n - 1) * (2 * n + 5) - correction) / 18;
  const z = varS === 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(varS);
  return {
    s,
    varS,
    z,
    pValue: pOfZ(z),
    tau: s / ((n * (n - 1)) / 2),
    senSlope: quantile(slopes.sort(), 0.5),
  };
}

function tieSizes(values: readonly number[]): number[] {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return [...sizes.values()];
}
