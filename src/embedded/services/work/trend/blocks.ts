import type { Point } from '../series/series-of.js';

/** Means of consecutive blocks, so that at most `most` points remain. */
export function blockMeans(points: readonly Point[], most: number): readonly Point[] {
  const size = Math.ceil(points.length / most);
  if (size <= 1) return points;
  const blocks: Point[] = [];
  for (let start = 0; start < points.length; start += size) {
    const block = points.slice(start, start + size);
    const mean = (pick: (point: Point) => number): number =>
      block.reduce((sum, point) => sum + pick(point), 0) / block.length;
    blocks.push({ ...block[0]!, x: mean((point) => point.x), y: mean((point) => point.y) });
  }
  return blocks;
}
