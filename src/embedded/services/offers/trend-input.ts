import { z } from 'zod';
import { needs, takes } from '../inputs.js';
import { columnName, table } from '../shapes/table.js';

/** Both trend analysts are asked in the same words; they differ in how deep they look. */
export const trendInput = z.strictObject({
  table,
  timeColumn: columnName.optional(),
  valueColumn: columnName.optional(),
  groupColumn: columnName.optional(),
});

export const trendInputs = [
  needs('table', 'table', 'a time series, or several told apart by a group column'),
  takes('timeColumn', 'string', 'found out when left out'),
  takes('valueColumn', 'string', 'column to analyse; found out when left out'),
  takes('groupColumn', 'string', 'column that tells series apart; found out when left out'),
] as const;
