import type { Table } from '../../shapes/table.js';
import { columnsOf, groupRows, numbersIn, requireColumn, textIn } from '../columns.js';
import { cannot } from '../refuse.js';

export interface Wanted {
  readonly timeColumn?: string | undefined;
  readonly valueColumn?: string | undefined;
  readonly groupColumn?: string | undefined;
}

export interface Chosen {
  readonly timeColumn: string;
  /** several only where there is no group column and none was asked for */
  readonly valueColumns: readonly string[];
  readonly groupColumn: string | null;
}

const MOST_VALUE_COLUMNS = 6;
const YEARLIKE = /^(year|yr|jahr|date|time|period|month|day|week|t)$/i;
const VALUELIKE = /price|value|close|rate|amount|total|sales|revenue|temp|co2|count|level|index|expect/i;

/** Finds the columns of a time series, as far as they were not named. @throws Refusal NO_TIME_COLUMN | NO_VALUE_COLUMN */
export function chooseColumns(table: Table, wanted: Wanted): Chosen {
  const timeColumn = timeColumnOf(table, wanted.timeColumn);
  const groupColumn = groupColumnOf(table, timeColumn, wanted.groupColumn);
  return { timeColumn, groupColumn, valueColumns: valueColumnsOf(table, timeColumn, groupColumn, wanted) };
}

/** The column that tells time, or undefined where the table has none. */
export function findTimeColumn(table: Table): string | undefined {
  const dates = columnsOf(table, 'date')[0];
  return dates ?? columnsOf(table, 'number').find((name) => YEARLIKE.test(name) && isYears(table, name));
}

const isYears = (table: Table, name: string): boolean => {
  const values = numbersIn(table.rows, name);
  return (
    values.length > 0 && values.every((value) => Number.isInteger(value) && value >= 0 && value <= 3_000)
  );
};

function timeColumnOf(table: Table, wanted: string | undefined): string {
  if (wanted !== undefined) return requireColumn(table, wanted, ['date', 'number']).name;
  const found = findTimeColumn(table);
  if (found === undefined)
    throw cannot('NO_TIME_COLUMN', 'No column of this table tells time.', {
      columns: table.columns.map((column) => column.name),
    });
  return found;
}

/** Rows of the same time belong to different series if a column tells them apart. */
function groupColumnOf(table: Table, time: string, wanted: string | undefined): string | null {
  if (wanted !== undefined) return requireColumn(table, wanted, ['string', 'number']).name;
  const times = table.rows.map((row) => textIn(row, time));
  if (new Set(times).size === times.length) return null;
  const apart = columnsOf(table, 'string').filter((name) => {
    const keys = table.rows.map((row, i) => `${times[i]}\u0000${textIn(row, name)}`);
    return new Set(keys).size === keys.length;
  });
  const sizes = apart.map((name) => ({ name, groups: groupRows(table.rows, name).size }));
  const fewest = sizes.sort((a, b) => a.groups - b.groups)[0];
  // As many groups as rows is a name, not a group.
  return fewest !== undefined && fewest.groups <= table.rows.length / 2 ? fewest.name : null;
}

function valueColumnsOf(table: Table, time: string, group: string | null, wanted: Wanted): string[] {
  if (wanted.valueColumn !== undefined) return [requireColumn(table, wanted.valueColumn, ['number']).name];
  const numbers = columnsOf(table, 'number').filter((name) => name !== time && name !== group);
  const [first] = numbers;
  if (first === undefined)
    throw cannot('NO_VALUE_COLUMN', 'There is no column of numbers beside the time.', {
      columns: table.columns.map((column) => column.name),
    });
  if (group !== null) return [numbers.find((name) => VALUELIKE.test(name)) ?? first];
  return numbers.slice(0, MOST_VALUE_COLUMNS);
}
