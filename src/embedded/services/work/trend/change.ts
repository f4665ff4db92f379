import type { TrendSeries } from '../../shapes/trend.js';
import type { Point } from '../series/series-of.js';

const moment = ({ time, y }: Point) => ({ time, value: y });

/** @param points not empty */
export function changeOf(points: readonly Point[]): TrendSeries['change'] {
  const first = points[0]!;
  const last = points.at(-1)!;
  const lowest = points.reduce((low, point) => (point.y < low.y ? point : low));
  const highest = points.reduce((high, point) => (point.y > high.y ? point : high));
  const absolute = last.y - first.y;
  return {
    first: first.y,
    last: last.y,
    absolute,
    // A percentage of zero or of a negative number means nothing.
    percent: first.y > 0 ? (absolute / first.y) * 100 : null,
    lowest: moment(lowest),
    highest: moment(highest),
  };
}
