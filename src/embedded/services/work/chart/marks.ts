import type { Table } from '../../shapes/table.js';
import { groupRows, numberIn, numbersIn, textIn } from '../columns.js';
import { seriesOf } from '../series/series-of.js';
import type { Drawing } from './choose.js';

/**
 * What is drawn, under our own field names: the caller's column names never become part of an expression.
 * x is ms, a number or a name; s tells series apart.
 */
export interface Mark {
  readonly x: number | string;
  readonly y: number;
  readonly s: string;
}

const MOST_LINES = 12;
const MOST_BARS = 24;

export interface Marks {
  readonly marks: readonly Mark[];
  /** a sentence where not everything is shown */
  readonly shown?: string;
}

export function marksOf(table: Table, drawing: Drawing): Marks {
  if (drawing.kind === 'line') return lines(table, drawing);
  if (drawing.kind === 'bar') return bars(table, drawing);
  if (drawing.kind === 'histogram')
    return { marks: numbersIn(table.rows, drawing.x).map((x) => ({ x, y: 0, s: '' })) };
  const marks = table.rows.flatMap((row): Mark[] => {
    const x = numberIn(row, drawing.x);
    const y = numberIn(row, drawing.y[0]!);
    if (x === undefined || y === undefined) return [];
    return [{ x, y, s: drawing.group === null ? '' : (textIn(row, drawing.group) ?? 'not said') }];
  });
  return { marks };
}

function lines(table: Table, { x, y, group }: Drawing): Marks {
  const { series } = seriesOf(table, {
    timeColumn: x,
    ...(y.length === 1 ? { valueColumn: y[0] } : {}),
    ...(group === null ? {} : { groupColumn: group }),
  });
  const highest = [...series].sort((a, b) => b.points.at(-1)!.y - a.points.at(-1)!.y).slice(0, MOST_LINES);
  const kept = series.length > MOST_LINES ? highest : series;
  const marks = kept.flatMap(({ name, points }) =>
    points.map(({ at, y: value }) => ({ x: at, y: value, s: name })),
  );
  return kept.length < series.length
    ? { marks, shown: `The ${kept.length} series of ${series.length} that end highest are shown.` }
    : { marks };
}

/** The mean of each name, or how often it stands where there is no number. Most first. */
function bars(table: Table, { x, y }: Drawing): Marks {
  const column = y[0];
  const all = [...groupRows(table.rows, x)].flatMap(([name, rows]): Mark[] => {
    if (column === undefined) return [{ x: name, y: rows.length, s: '' }];
    const values = numbersIn(rows, column);
    const sum = values.reduce((total, value) => total + value, 0);
    return values.length === 0 ? [] : [{ x: name, y: sum / values.length, s: '' }];
  });
  const marks = all.sort((a, b) => b.y - a.y).slice(0, MOST_BARS);
  return marks.length < all.length
    ? { marks, shown: `The ${marks.length} highest of ${all.length} are shown.` }
    : { marks };
}
