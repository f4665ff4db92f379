import type { Column, Row, Table } from '../shapes/table.js';
import { cannot } from './refuse.js';

export const columnsOf = (table: Table, type: Column['type']): readonly string[] =>
  table.columns.filter((column) => column.type === type).map((column) => column.name);

/** @throws Refusal NO_SUCH_COLUMN | WRONG_COLUMN_TYPE */
export function requireColumn(table: Table, name: string, types: readonly Column['type'][]): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined)
    throw cannot('NO_SUCH_COLUMN', 'The table has no column of that name.', {
      column: name,
      columns: table.columns.map((candidate) => candidate.name),
    });
  if (!types.includes(column.type))
    throw cannot('WRONG_COLUMN_TYPE', 'That column holds another kind of values than this needs.', {
      column: name,
      type: column.type,
      needed: types,
    });
  return column;
}

/** The number in a cell, whatever a careless table says of its column. */
export const numberIn = (row: Row, column: string): number | undefined => {
  const value = Object.hasOwn(row, column) ? row[column] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

export const numbersIn = (rows: readonly Row[], column: string): number[] =>
  rows.map((row) => numberIn(row, column)).filter((value) => value !== undefined);

/** The text in a cell; undefined when it is missing. */
export const textIn = (row: Row, column: string): string | undefined => {
  const value = Object.hasOwn(row, column) ? row[column] : undefined;
  return value === null || value === undefined ? undefined : String(value);
};

/** Rows by the value of a column, in order of appearance; rows without a value are left out. */
export function groupRows(rows: readonly Row[], column: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = textIn(row, column);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/** A column of few repeated values, by which rows may sensibly be divided. */
export function likelyGroupColumn(table: Table, most: number): string | undefined {
  return columnsOf(table, 'string').find((name) => {
    const groups = groupRows(table.rows, name).size;
    return groups >= 2 && groups <= most && groups <= table.rows.length / 2;
  });
}
