import type { Cell, Column } from '../../shapes/table.js';
import { readDates } from './date-text.js';
import { isMissing } from './missing.js';
import { readNumber } from './number-text.js';

/** What a file says in one cell, before its type is known. */
export type RawCell = string | number | boolean | null;

export interface TypedColumn {
  readonly type: Column['type'];
  readonly cells: readonly Cell[];
}

/** A column is of numbers or of dates only if every value in it is; otherwise its values stay as written. */
export function typedColumn(raw: readonly RawCell[]): TypedColumn {
  const texts = raw.map((cell) =>
    cell === null || (typeof cell === 'string' && isMissing(cell)) ? null : cell,
  );
  const present = texts.filter((cell) => cell !== null);
  const numbers = present.map((cell) => (typeof cell === 'string' ? readNumber(cell) : cell));
  if (present.length > 0 && numbers.every((value) => typeof value === 'number')) {
    return { type: 'number', cells: spread(texts, numbers as number[]) };
  }
  const strings = present.map(String);
  const dates = strings.length === 0 ? undefined : readDates(strings);
  return dates === undefined
    ? { type: 'string', cells: spread(texts, strings) }
    : { type: 'date', cells: spread(texts, dates) };
}

/** Puts the values back where they stood, with null in the gaps. */
function spread<T extends Cell>(places: readonly (RawCell | null)[], values: readonly T[]): Cell[] {
  let next = 0;
  return places.map((place) => (place === null ? null : (values[next++] ?? null)));
}
