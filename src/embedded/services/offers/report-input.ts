import { z } from 'zod';
import { takes } from '../inputs.js';
import { chart, summary } from '../shapes/documents.js';
import { anomalies, comparison, forecast } from '../shapes/findings.js';
import { statistics } from '../shapes/statistics.js';
import { trend } from '../shapes/trend.js';

const oneOrMore = <T extends z.ZodType>(of: T, most: number) =>
  z
    .union([of, z.array(of).min(1).max(most)])
    .transform((given): z.output<T>[] => (Array.isArray(given) ? given : [given]));

/** What a report may be made of: everything is optional, but something must be there. */
export const reportInput = z
  .strictObject({
    title: z.string().min(1).max(300).optional(),
    summary: oneOrMore(summary, 8).optional(),
    trend: oneOrMore(trend, 8).optional(),
    statistics: oneOrMore(statistics, 8).optional(),
    charts: oneOrMore(chart, 12).optional(),
    forecast: forecast.optional(),
    anomalies: anomalies.optional(),
    comparison: comparison.optional(),
  })
  .refine((input) => Object.entries(input).some(([name, value]) => name !== 'title' && value !== undefined), {
    message: 'give at least one of summary, trend, statistics, charts, forecast, anomalies and comparison',
  });

export const reportInputs = [
  takes('title', 'string', 'title of the report'),
  takes('summary', 'summary', 'summary or narrative to open with', { many: true }),
  takes('trend', 'trend', 'trend analysis', { many: true }),
  takes('statistics', 'statistics', 'descriptive statistics', { many: true }),
  takes('charts', 'chart', 'charts to show', { many: true }),
  takes('forecast', 'forecast', 'forecast'),
  takes('anomalies', 'anomalies', 'unusual values'),
  takes('comparison', 'comparison', 'comparison of groups'),
] as const;

export type ReportInput = z.output<typeof reportInput>;
