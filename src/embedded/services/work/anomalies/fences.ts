import type { Anomalies } from '../../shapes/findings.js';
import { ascending, medianOf, quantile } from '../statistics/quantile.js';

export interface Fences {
  readonly low: number;
  readonly high: number;
  /** signed distance from the middle (robust-z) or beyond the fence (iqr), in units of the usual spread */
  score(value: number): number;
}

/** Modified z-score of Iglewicz and Hoaglin (1993), cut at 3.5; or Tukey's fences at 1.5 quartile ranges. */
export function fences(values: readonly number[], method: Anomalies['method']): Fences {
  return method === 'iqr' ? tukey(values) : robustZ(values);
}

const Z_CUT = 3.5;

function robustZ(values: readonly number[]): Fences {
  const middle = medianOf(values);
  const distances = values.map((value) => Math.abs(value - middle));
  const mad = medianOf(distances);
  const meanDistance = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  // Where more than half of the values are equal the MAD is zero and the mean deviation stands in.
  const sd = mad > 0 ? mad / 0.6745 : 1.253314 * meanDistance;
  return {
    low: middle - Z_CUT * sd,
    high: middle + Z_CUT * sd,
    score: (value) => (sd === 0 ? 0 : (value - middle) / sd),
  };
}

function tukey(values: readonly number[]): Fences {
  const sorted = ascending(values);
  const q1 = quantile(sorted, 0.25);
  const q3 = quantile(sorted, 0.75);
  const range = q3 - q1;
  const low = q1 - 1.5 * range;
  const high = q3 + 1.5 * range;
  return {
    low,
    high,
    score: (value) => (range === 0 ? 0 : (value > high ? value - high : value - low) / range),
  };
}
