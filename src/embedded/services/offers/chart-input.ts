import { z } from 'zod';
import { needs, takes } from '../inputs.js';
import { columnName, table } from '../shapes/table.js';

export const CHART_KINDS = ['line', 'bar', 'scatter', 'histogram'] as const;

/** Both chart makers are asked in the same words; they differ in what they draw. */
export const chartInput = z.strictObject({
  table,
  kind: z.enum(CHART_KINDS).optional(),
  title: z.string().min(1).max(300).optional(),
  x: columnName.optional(),
  y: columnName.optional(),
  groupColumn: columnName.optional(),
});

export const chartInputs = [
  needs('table', 'table', 'the table to draw'),
  takes('kind', 'string', 'chosen from the table when left out', { allowed: CHART_KINDS }),
  takes('title', 'string', 'above the chart'),
  takes('x', 'string', 'column along the horizontal axis; chosen when left out'),
  takes('y', 'string', 'column along the vertical axis; chosen when left out'),
  takes('groupColumn', 'string', 'column that gives the colour; chosen when left out'),
] as const;
