import type { z } from 'zod';
import type { chartInput } from '../../offers/chart-input.js';
import type { Chart } from '../../shapes/documents.js';
import type { Table } from '../../shapes/table.js';
import { columnsOf, likelyGroupColumn, requireColumn } from '../columns.js';
import { cannot } from '../refuse.js';
import { chooseColumns, findTimeColumn } from '../series/choose-columns.js';

export type ChartInput = z.output<typeof chartInput>;

/** What will be drawn along which axis. */
export interface Drawing {
  readonly kind: Chart['kind'];
  readonly x: string;
  /** several only for lines of several columns; none where rows are counted */
  readonly y: readonly string[];
  readonly group: string | null;
}

/**
 * Time makes a line, names make bars, two numbers a scatter, one number a histogram.
 * @throws Refusal NO_VALUE_COLUMN | NO_TIME_COLUMN | NO_SUCH_COLUMN | WRONG_COLUMN_TYPE
 */
export function chooseDrawing(input: ChartInput): Drawing {
  const kind = input.kind ?? kindFor(input);
  if (kind === 'line') return chooseLine(input);
  if (kind === 'bar') return chooseBar(input);
  if (kind === 'scatter') return chooseScatter(input);
  const x = input.x ?? input.y ?? firstNumber(input.table, []);
  return { kind, x: requireColumn(input.table, x, ['number']).name, y: [], group: null };
}

function kindFor({ table, x, y }: ChartInput): Chart['kind'] {
  const numbers = columnsOf(table, 'number');
  const time = findTimeColumn(table);
  const along = x === undefined ? undefined : requireColumn(table, x, ['number', 'string', 'date']);
  if (along === undefined ? time !== undefined && numbers.some((name) => name !== time) : x === time)
    return 'line';
  if (along?.type === 'date') return 'line';
  if (along?.type === 'string') return 'bar';
  if (along?.type === 'number' && y === undefined) return 'histogram';
  const group = likelyGroupColumn(table, 40);
  if (along === undefined && numbers.length < 2 && group !== undefined) return 'bar';
  if (numbers.length >= 2) return 'scatter';
  return numbers.length === 1 ? 'histogram' : 'bar';
}

function chooseLine({ table, x, y, groupColumn }: ChartInput): Drawing {
  const chosen = chooseColumns(table, { timeColumn: x, valueColumn: y, groupColumn });
  return { kind: 'line', x: chosen.timeColumn, y: chosen.valueColumns, group: chosen.groupColumn };
}

function chooseBar({ table, x, y }: ChartInput): Drawing {
  const name =
    x ?? likelyGroupColumn(table, 40) ?? columnsOf(table, 'string')[0] ?? columnsOf(table, 'date')[0];
  if (name === undefined) throw cannot('NO_GROUP_COLUMN', 'There is no column of names to draw bars for.');
  const numbers = columnsOf(table, 'number').filter((column) => column !== name);
  const value = y === undefined ? numbers[0] : requireColumn(table, y, ['number']).name;
  return {
    kind: 'bar',
    x: requireColumn(table, name, ['string', 'number', 'date']).name,
    y: value === undefined ? [] : [value],
    group: null,
  };
}

function chooseScatter({ table, x, y, groupColumn }: ChartInput): Drawing {
  const along = requireColumn(table, x ?? firstNumber(table, [y]), ['number']).name;
  const up = requireColumn(table, y ?? firstNumber(table, [along]), ['number']).name;
  const group =
    groupColumn === undefined
      ? (likelyGroupColumn(table, 8) ?? null)
      : requireColumn(table, groupColumn, ['string', 'number']).name;
  return { kind: 'scatter', x: along, y: [up], group };
}

function firstNumber(table: Table, without: readonly (string | undefined)[]): string {
  const found = columnsOf(table, 'number').find((name) => !without.includes(name));
  if (found === undefined)
    throw cannot('NO_VALUE_COLUMN', 'There are too few columns of numbers for this chart.', {
      columns: table.columns.map((column) => column.name),
    });
  return found;
}
