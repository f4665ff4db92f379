import { z } from 'zod';

/** `step` when the time column is a plain number: one unit of it. */
export const timeUnit = z.enum(['hour', 'day', 'week', 'month', 'quarter', 'year', 'step']);

const regression = z.strictObject({
  /** change of the value in one `unit` of time */
  slope: z.number(),
  intercept: z.number(),
  rSquared: z.number(),
  /** two-sided t-test of slope = 0; null when the fit leaves no degrees of freedom */
  pValue: z.number().nullable(),
});

const mannKendall = z.strictObject({
  s: z.number(),
  /** variance of S, corrected for ties */
  varS: z.number(),
  z: z.number(),
  pValue: z.number(),
  tau: z.number(),
  /** median of all pairwise slopes in one `unit` of time */
  senSlope: z.number(),
});

const seasonality = z.strictObject({
  /** length of the cycle in observations */
  period: z.int(),
  /** autocorrelation of the detrended series at that lag */
  autocorrelation: z.number(),
  /** 0 to 1: share of the detrended variation that the cycle explains */
  strength: z.number(),
  detected: z.boolean(),
  /** mean departure from the trend at each place of the cycle, starting at the first observation */
  profile: z.array(z.number()),
});

const moment = z.strictObject({ time: z.string(), value: z.number() });

export const trendSeries = z.strictObject({
  name: z.string(),
  group: z.string().nullable(),
  valueColumn: z.string(),
  points: z.int(),
  from: z.string(),
  to: z.string(),
  unit: timeUnit,
  change: z.strictObject({
    first: z.number(),
    last: z.number(),
    absolute: z.number(),
    percent: z.number().nullable(),
    lowest: moment,
    highest: moment,
  }),
  regression,
  direction: z.enum(['rising', 'falling', 'no clear trend']),
  /** which test the direction rests on, at the 5 % level */
  basis: z.enum(['regression', 'mann-kendall', 'too few points']),
  mannKendall: mannKendall.optional(),
  seasonality: seasonality.optional(),
  movingAverage: z.strictObject({ window: z.int(), values: z.array(moment) }).optional(),
});

export const trend = z.strictObject({
  table: z.string(),
  source: z.string(),
  depth: z.enum(['quick', 'thorough']),
  timeColumn: z.string(),
  groupColumn: z.string().nullable(),
  series: z.array(trendSeries),
  note: z.string(),
});

export type TimeUnit = z.infer<typeof timeUnit>;
export type TrendSeries = z.infer<typeof trendSeries>;
export type Trend = z.infer<typeof trend>;
