import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { ColumnStatistics, NumberColumn } from '../../shapes/statistics.js';
import type { Column, Row } from '../../shapes/table.js';
import { numbersIn, textIn } from '../columns.js';
import { ascending, quantile } from './quantile.js';

export function describeColumn(column: Column, rows: readonly Row[]): ColumnStatistics {
  if (column.type === 'number') return describeNumbers(column.name, rows);
  const texts = rows.map((row) => textIn(row, column.name)).filter((text) => text !== undefined);
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const common = {
    column: column.name,
    count: texts.length,
    missing: rows.length - texts.length,
    distinct: counts.size,
  };
  if (column.type === 'date') {
    // ISO dates sort as text.
    const sorted = [...counts.keys()].sort();
    return { ...common, type: 'date', earliest: sorted[0] ?? null, latest: sorted.at(-1) ?? null };
  }
  const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
  return { ...common, type: 'string', top: top.map(([value, count]) => ({ value, count })) };
}

export function describeNumbers(column: string, rows: readonly Row[]): NumberColumn {
  const sorted = ascending(numbersIn(rows, column));
  const some = sorted.length > 0;
  return {
    column,
    type: 'number',
    count: sorted.length,
    missing: rows.length - sorted.length,
    mean: some ? mean(sorted) : null,
    median: some ? quantile(sorted, 0.5) : null,
    sd: sorted.length > 1 ? sampleStandardDeviation(sorted) : null,
    q1: some ? quantile(sorted, 0.25) : null,
    q3: some ? quantile(sorted, 0.75) : null,
    min: sorted[0] ?? null,
    max: sorted.at(-1) ?? null,
  };
}
