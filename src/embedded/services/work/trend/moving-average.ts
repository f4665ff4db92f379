import type { TrendSeries } from '../../shapes/trend.js';
import type { Point } from '../series/series-of.js';

/** Mean of each window of observations, at the time of its last one. At most 200 values are kept, evenly. */
export function movingAverage(
  points: readonly Point[],
  window: number,
): NonNullable<TrendSeries['movingAverage']> {
  const values: { time: string; value: number }[] = [];
  let sum = 0;
  for (const [i, point] of points.entries()) {
    sum += point.y;
    if (i >= window) sum -= points[i - window]!.y;
    if (i >= window - 1) values.push({ time: point.time, value: sum / window });
  }
  const every = Math.ceil(values.length / 200);
  return { window, values: values.filter((_, i) => (values.length - 1 - i) % every === 0) };
}
