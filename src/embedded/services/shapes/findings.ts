import { z } from 'zod';
import { timeUnit } from './trend.js';

export const forecast = z.strictObject({
  table: z.string(),
  source: z.string(),
  timeColumn: z.string(),
  valueColumn: z.string(),
  unit: timeUnit,
  horizon: z.int(),
  /** of the intervals, e.g. 0.95 */
  level: z.number(),
  series: z.array(
    z.strictObject({
      name: z.string(),
      method: z.enum(['holt-winters', 'holt', 'linear']),
      /** season length in observations, 1 for none */
      period: z.int(),
      observations: z.int(),
      /** root mean square of the one-step errors inside the data */
      rmse: z.number(),
      points: z.array(
        z.strictObject({ time: z.string(), value: z.number(), low: z.number(), high: z.number() }),
      ),
    }),
  ),
  note: z.string(),
});

export const anomalies = z.strictObject({
  table: z.string(),
  source: z.string(),
  method: z.enum(['robust-z', 'iqr']),
  threshold: z.number(),
  checked: z.array(
    z.strictObject({
      column: z.string(),
      count: z.int(),
      /** values outside this range count as unusual */
      low: z.number(),
      high: z.number(),
      outliers: z.int(),
    }),
  ),
  /** strongest first, at most 100 */
  findings: z.array(
    z.strictObject({
      row: z.int(),
      column: z.string(),
      /** date or name that tells the row apart */
      label: z.string(),
      value: z.number(),
      score: z.number(),
    }),
  ),
  note: z.string(),
});

export const comparison = z.strictObject({
  table: z.string(),
  source: z.string(),
  groupColumn: z.string(),
  valueColumn: z.string(),
  groups: z.array(
    z.strictObject({
      group: z.string(),
      count: z.int(),
      mean: z.number(),
      median: z.number(),
      sd: z.number().nullable(),
    }),
  ),
  test: z.strictObject({
    name: z.enum(['welch-t', 'kruskal-wallis']),
    statistic: z.number(),
    degreesOfFreedom: z.number(),
    pValue: z.number(),
    /** Cohen's d for two groups, epsilon squared for more */
    effect: z.strictObject({ name: z.enum(['cohens-d', 'epsilon-squared']), value: z.number() }),
  }),
  significant: z.boolean(),
  note: z.string(),
});

export type Forecast = z.infer<typeof forecast>;
export type Anomalies = z.infer<typeof anomalies>;
export type Comparison = z.infer<typeof comparison>;
