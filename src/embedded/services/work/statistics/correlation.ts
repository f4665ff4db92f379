import { sampleCorrelation } from 'simple-statistics';
import type { Statistics } from '../../shapes/statistics.js';
import type { Table } from '../../shapes/table.js';
import { columnsOf, numberIn } from '../columns.js';

/** Pearson's r of every pair of number columns, over the rows that have both values. */
export function correlationMatrix(table: Table): Statistics['correlation'] {
  const columns = columnsOf(table, 'number');
  const cells = new Map(columns.map((name) => [name, table.rows.map((row) => numberIn(row, name))]));
  const matrix = columns.map(() => columns.map((): number | null => null));
  for (const [i, first] of columns.entries()) {
    for (let j = i; j < columns.length; j++) {
      const r = correlate(cells.get(first)!, cells.get(columns[j]!)!);
      matrix[i]![j] = r;
      matrix[j]![i] = r;
    }
  }
  return { columns: [...columns], matrix };
}

/** @returns null below three pairs, or where one side does not vary */
function correlate(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): number | null {
  const x: number[] = [];
  const y: number[] = [];
  for (const [row, left] of a.entries()) {
    const right = b[row];
    if (left === undefined || right === undefined) continue;
    x.push(left);
    y.push(right);
  }
  if (x.length < 3) return null;
  const r = sampleCorrelation(x, y);
  return Number.isFinite(r) ? Math.max(-1, Math.min(1, r)) : null;
}
