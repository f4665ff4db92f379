/**
 * Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, what R and NumPy answer by
 * default).
 * @param sorted ascending, not empty @param p 0 to 1
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const place = (sorted.length - 1) * p;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (place - below) * (high - low);
}

export const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** @param values not empty */
export const medianOf = (values: readonly number[]): number => quantile(ascending(values), 0.5);
