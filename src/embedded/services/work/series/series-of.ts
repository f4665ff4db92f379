import type { Row, Table } from '../../shapes/table.js';
import type { TimeUnit } from '../../shapes/trend.js';
import { groupRows, numberIn, textIn } from '../columns.js';
import { cannot } from '../refuse.js';
import { calendarUnit, position } from './axis.js';
import { type Chosen, chooseColumns, type Wanted } from './choose-columns.js';

const MOST_SERIES = 100;

export interface Point {
  /** as the table writes it */
  readonly time: string;
  /** ms since 1970 of a date, otherwise the number itself */
  readonly at: number;
  /** on an axis counted in the unit of the series */
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly name: string;
  readonly group: string | null;
  readonly valueColumn: string;
  readonly unit: TimeUnit;
  /** true where the time is a date, so that future dates can be named */
  readonly calendar: boolean;
  /** ascending, each time once */
  readonly points: readonly Point[];
  /** how many rows shared their time with another and were averaged */
  readonly averaged: number;
}

/** @throws Refusal NO_TIME_COLUMN | NO_VALUE_COLUMN | TOO_MANY_SERIES | NO_SUCH_COLUMN | WRONG_COLUMN_TYPE */
export function seriesOf(table: Table, wanted: Wanted): Chosen & { readonly series: readonly Series[] } {
  const chosen = chooseColumns(table, wanted);
  const calendar = table.columns.some(
    (column) => column.name === chosen.timeColumn && column.type === 'date',
  );
  const groups: [string | null, readonly Row[]][] =
    chosen.groupColumn === null ? [[null, table.rows]] : [...groupRows(table.rows, chosen.groupColumn)];
  if (groups.length > MOST_SERIES)
    throw cannot('TOO_MANY_SERIES', 'There are more series than this looks at.', {
      series: groups.length,
      maximum: MOST_SERIES,
    });
  const series = groups.flatMap(([group, rows]) =>
    chosen.valueColumns.map((column) => one(group, rows, chosen.timeColumn, column, calendar)),
  );
  return { ...chosen, series: series.filter((candidate) => candidate.points.length > 0) };
}

function one(
  group: string | null,
  rows: readonly Row[],
  timeColumn: string,
  valueColumn: string,
  calendar: boolean,
): Series {
  const at = new Map<number, { time: string; values: number[] }>();
  for (const row of rows) {
    const time = textIn(row, timeColumn);
    const value = numberIn(row, valueColumn);
    const moment = time === undefined ? Number.NaN : calendar ? Date.parse(time) : Number(time);
    if (time === undefined || value === undefined || Number.isNaN(moment)) continue;
    const there = at.get(moment);
    if (there === undefined) at.set(moment, { time, values: [value] });
    else there.values.push(value);
  }
  const moments = [...at.keys()].sort((a, b) => a - b);
  const unit = calendar ? calendarUnit(moments) : /^(year|yr)$/i.test(timeColumn) ? 'year' : 'step';
  const points = moments.map((moment) => {
    const { time, values } = at.get(moment)!;
    const y = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { time, at: moment, x: calendar ? position(moment, unit) : moment, y };
  });
  const averaged = [...at.values()].reduce((sum, { values }) => sum + values.length - 1, 0);
  return { name: group ?? valueColumn, group, valueColumn, unit, calendar, points, averaged };
}
