import type { Point } from './series-of.js';

/** At most this share of an even grid may be missing and be filled by interpolation. */
const MOST_MISSING = 0.1;

/**
 * The values at even steps, as seasons and smoothing need them.
 * @returns undefined where the observations are not evenly spaced
 */
export function evenly(points: readonly Point[]): number[] | undefined {
  const gaps = points.slice(1).map((point, i) => point.x - points[i]!.x);
  if (gaps.length === 0) return undefined;
  const step = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!;
  const places = points.map((point) => Math.round((point.x - points[0]!.x) / step));
  const length = places.at(-1)! + 1;
  const distinct = new Set(places).size === places.length;
  if (!distinct || length > points.length / (1 - MOST_MISSING)) return undefined;
  const values: number[] = [];
  for (const [i, place] of places.entries()) {
    const before = values.length - 1;
    for (let missing = values.length; missing < place; missing++) {
      const share = (missing - before) / (place - before);
      values.push(values[before]! + share * (points[i]!.y - values[before]!));
    }
    values.push(points[i]!.y);
  }
  return values;
}
