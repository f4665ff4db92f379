import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Cell, Table } from '../shapes/table.js';

/** A table of columns, its types read off the first values. */
export function tableOf(columns: Readonly<Record<string, readonly Cell[]>>): Table {
  const names = Object.keys(columns);
  const length = Math.max(...names.map((name) => columns[name]!.length));
  const typeOf = (values: readonly Cell[]) => {
    const first = values.find((value) => value !== null);
    if (typeof first === 'number') return 'number' as const;
    return /^\d{4}-\d{2}-\d{2}/.test(first ?? '') ? ('date' as const) : ('string' as const);
  };
  return {
    name: 'test',
    columns: names.map((name) => ({ name, type: typeOf(columns[name]!) })),
    rows: Array.from({ length }, (_, row) =>
      Object.fromEntries(names.map((name) => [name, columns[name]![row] ?? null])),
    ),
    source: 'a test',
    note: '',
  };
}

/** `count` first days of months from January of a year on. */
export const months = (year: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => new Date(Date.UTC(year, i, 1)).toISOString().slice(0, 10));

/** Anscombe's quartet (1973), as vega-datasets ships it: four sets with the same published regression. */
export function anscombe(series: string): { x: number[]; y: number[] } {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  const file = join(dirname(entry), '..', 'data', 'anscombe.json');
  const rows = JSON.parse(readFileSync(file, 'utf8')) as { Series: string; X: number; Y: number }[];
  const mine = rows.filter((row) => row.Series === series);
  return { x: mine.map(({ X }) => X), y: mine.map(({ Y }) => Y) };
}
