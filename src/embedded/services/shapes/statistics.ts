import { z } from 'zod';

const figure = z.number().nullable();

const numberColumn = z.strictObject({
  column: z.string(),
  type: z.literal('number'),
  count: z.int(),
  missing: z.int(),
  mean: figure,
  median: figure,
  /** sample standard deviation (n − 1); null below two values */
  sd: figure,
  q1: figure,
  q3: figure,
  min: figure,
  max: figure,
});

const stringColumn = z.strictObject({
  column: z.string(),
  type: z.literal('string'),
  count: z.int(),
  missing: z.int(),
  distinct: z.int(),
  /** most frequent values, at most five */
  top: z.array(z.strictObject({ value: z.string(), count: z.int() })),
});

const dateColumn = z.strictObject({
  column: z.string(),
  type: z.literal('date'),
  count: z.int(),
  missing: z.int(),
  distinct: z.int(),
  earliest: z.string().nullable(),
  latest: z.string().nullable(),
});

export const columnStatistics = z.discriminatedUnion('type', [numberColumn, stringColumn, dateColumn]);

export const statistics = z.strictObject({
  table: z.string(),
  source: z.string(),
  rowCount: z.int(),
  columns: z.array(columnStatistics),
  groupColumn: z.string().nullable(),
  groups: z.array(
    z.strictObject({ group: z.string(), rowCount: z.int(), columns: z.array(columnStatistics) }),
  ),
  /** Pearson, over rows in which both values are present; null where it is undefined */
  correlation: z.strictObject({ columns: z.array(z.string()), matrix: z.array(z.array(figure)) }),
  note: z.string(),
});

export type NumberColumn = z.infer<typeof numberColumn>;
export type ColumnStatistics = z.infer<typeof columnStatistics>;
export type Statistics = z.infer<typeof statistics>;
