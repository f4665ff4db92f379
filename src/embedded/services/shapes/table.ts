import { z } from 'zod';

/** Bounds of one table; a larger one is refused, never cut silently. */
export const TABLE_LIMITS = { rows: 20_000, columns: 64, nameChars: 200, cellChars: 4_000 } as const;

export const columnName = z.string().min(1).max(TABLE_LIMITS.nameChars);

export const cell = z.union([z.number(), z.string().max(TABLE_LIMITS.cellChars), z.null()]);

export const column = z.strictObject({
  name: columnName,
  /** a `date` cell is an ISO 8601 string: `2004-08-19`, or with a time in UTC */
  type: z.enum(['number', 'string', 'date']),
});

/** Rows are objects keyed by column name; a missing value is `null`. */
export const table = z.strictObject({
  name: z.string().min(1).max(TABLE_LIMITS.nameChars),
  columns: z.array(column).min(1).max(TABLE_LIMITS.columns),
  rows: z.array(z.record(columnName, cell)).max(TABLE_LIMITS.rows),
  source: z.string().max(2_000),
  note: z.string().max(4_000),
});

export type Cell = z.infer<typeof cell>;
export type Column = z.infer<typeof column>;
export type Row = Table['rows'][number];
export type Table = z.infer<typeof table>;
