import type { NumberColumn, Statistics } from '../../shapes/statistics.js';
import { figure, listed } from './figures.js';

const MOST_COLUMNS = 4;
/** Pearson's r from which on a correlation is worth a sentence. */
const NOTABLE = 0.5;

export function narrateStatistics(statistics: Statistics): string[] {
  const numbers = statistics.columns.filter((column): column is NumberColumn => column.type === 'number');
  return [
    `The table ${statistics.table} has ${figure(statistics.rowCount)} rows and ${statistics.columns.length} columns.`,
    ...numbers.slice(0, MOST_COLUMNS).map(tellColumn),
    ...tellGroups(statistics),
    ...tellMissing(statistics),
    ...tellCorrelation(statistics),
  ];
}

const tellColumn = ({ column, mean, median, sd, min, max }: NumberColumn): string =>
  `${column} runs from ${figure(min)} to ${figure(max)}, with mean ${figure(mean)}, median ${figure(median)} and ` +
  `standard deviation ${figure(sd)}.`;

function tellGroups({ groupColumn, groups }: Statistics): string[] {
  const means = groups.flatMap(({ group, columns }) => {
    const first = columns[0];
    return first?.type === 'number' && first.mean !== null
      ? [{ group, column: first.column, mean: first.mean }]
      : [];
  });
  if (groupColumn === null || means.length < 2) return [];
  const sorted = means.sort((a, b) => b.mean - a.mean);
  const high = sorted[0]!;
  const low = sorted.at(-1)!;
  return [
    `By ${groupColumn}, the mean of ${high.column} is highest for ${high.group} (${figure(high.mean)}) and lowest ` +
      `for ${low.group} (${figure(low.mean)}).`,
  ];
}

function tellMissing({ columns }: Statistics): string[] {
  const gaps = columns.filter(({ missing }) => missing > 0);
  if (gaps.length === 0) return [];
  return [`Values are missing in ${listed(gaps.map(({ column, missing }) => `${column} (${missing})`))}.`];
}

function tellCorrelation({ correlation: { columns, matrix } }: Statistics): string[] {
  let strongest: { a: string; b: string; r: number } | undefined;
  for (const [i, a] of columns.entries()) {
    for (let j = i + 1; j < columns.length; j++) {
      const r = matrix[i]?.[j] ?? 0;
      if (Math.abs(r) > Math.abs(strongest?.r ?? 0)) strongest = { a, b: columns[j]!, r };
    }
  }
  if (strongest === undefined || Math.abs(strongest.r) < NOTABLE) return [];
  const { a, b, r } = strongest;
  return [
    `The closest pair is ${a} and ${b} (r = ${r.toFixed(2)}), which does not make one the cause of the other.`,
  ];
}
