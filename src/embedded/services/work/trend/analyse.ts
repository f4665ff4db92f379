import type { z } from 'zod';
import type { trendInput } from '../../offers/trend-input.js';
import type { Trend, TrendSeries } from '../../shapes/trend.js';
import { cannot } from '../refuse.js';
import { type Series, seriesOf } from '../series/series-of.js';
import { blockMeans } from './blocks.js';
import { changeOf } from './change.js';
import { mannKendall } from './mann-kendall.js';
import { movingAverage } from './moving-average.js';
import { regress } from './regression.js';
import { seasonalityOf } from './seasonality.js';

const SIGNIFICANT = 0.05;
/** Mann–Kendall looks at every pair: this bounds the work of all series of one request together. */
const PAIRED_POINTS = 2_000;

type Depth = Trend['depth'];

/** @throws Refusal NO_TIME_COLUMN | NO_VALUE_COLUMN | TOO_FEW_POINTS | TOO_MANY_SERIES */
export function analyseTrend(input: z.output<typeof trendInput>, depth: Depth): Trend {
  const found = seriesOf(input.table, input);
  const series = found.series.filter(({ points }) => points.length >= 3);
  if (series.length === 0)
    throw cannot('TOO_FEW_POINTS', 'A trend needs three points in time at least.', {
      series: found.series.length,
    });
  const share = Math.max(50, Math.floor(PAIRED_POINTS / Math.sqrt(series.length)));
  return {
    table: input.table.name,
    source: input.table.source,
    depth,
    timeColumn: found.timeColumn,
    groupColumn: found.groupColumn,
    series: series.map((one) => (depth === 'quick' ? lookQuickly(one) : lookDeeply(one, share))),
    note: noteOn(found.series, series, depth, share),
  };
}

function lookQuickly({ name, group, valueColumn, unit, points }: Series): TrendSeries {
  const { slope, rSquared, pValue, intercept } = regress(
    points.map((point) => point.x - points[0]!.x),
    points.map((point) => point.y),
  );
  return {
    name,
    group,
    valueColumn,
    points: points.length,
    from: points[0]!.time,
    to: points.at(-1)!.time,
    unit,
    change: changeOf(points),
    regression: { slope, intercept, rSquared, pValue },
    direction: direction(slope, pValue),
    basis: pValue === null ? 'too few points' : 'regression',
  };
}

/** The rank test decides here: it does not mind outliers or a bent line. */
function lookDeeply(series: Series, mostPaired: number): TrendSeries {
  const blocks = blockMeans(series.points, mostPaired);
  const ranks = mannKendall(
    blocks.map((point) => point.x),
    blocks.map((point) => point.y),
  );
  const seasonality = seasonalityOf(series);
  const cycle = seasonality?.detected === true ? seasonality.period : undefined;
  const window = Math.min(cycle ?? Math.max(3, Math.round(series.points.length / 20)), series.points.length);
  return {
    ...lookQuickly(series),
    direction: direction(ranks.s, ranks.pValue),
    basis: 'mann-kendall',
    mannKendall: ranks,
    ...(seasonality === undefined ? {} : { seasonality }),
    movingAverage: movingAverage(series.points, window),
  };
}

function direction(slope: number, pValue: number | null): TrendSeries['direction'] {
  if (pValue === null || pValue >= SIGNIFICANT || slope === 0) return 'no clear trend';
  return slope > 0 ? 'rising' : 'falling';
}

function noteOn(all: readonly Series[], kept: readonly Series[], depth: Depth, mostPaired: number): string {
  const notes = ['Tests are at the 5 % level and assume that observations do not depend on each other.'];
  if (kept.length < all.length)
    notes.push(`${all.length - kept.length} series have fewer than three points.`);
  if (kept.some(({ averaged }) => averaged > 0)) notes.push('Values of the same time were averaged.');
  if (depth === 'thorough' && kept.some(({ points }) => points.length > mostPaired))
    notes.push(`The rank test ran on means of blocks of long series, at most ${mostPaired} a series.`);
  return notes.join(' ');
}
