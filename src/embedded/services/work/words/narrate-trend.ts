import type { Trend, TrendSeries } from '../../shapes/trend.js';
import { figure, listed, percent, pValue } from './figures.js';

const MOST_TOLD = 6;

export function narrateTrend(trend: Trend): string[] {
  const { series } = trend;
  const first = series[0];
  if (first === undefined) return [];
  const sentences: string[] = [];
  if (series.length > 1) sentences.push(overview(series));
  const told = [...series].sort((a, b) => sizeOf(b) - sizeOf(a)).slice(0, MOST_TOLD);
  for (const one of told) sentences.push(...tell(one));
  if (told.length < series.length)
    sentences.push(`The other ${series.length - told.length} series changed less in proportion.`);
  return sentences;
}

const sizeOf = ({ change }: TrendSeries): number => Math.abs(change.percent ?? 0);

function overview(series: readonly TrendSeries[]): string {
  const named = (direction: TrendSeries['direction']): string[] =>
    series.filter((one) => one.direction === direction).map((one) => one.name);
  const parts = [
    count(named('rising'), 'rise'),
    count(named('falling'), 'fall'),
    count(named('no clear trend'), 'show no clear trend'),
  ].filter((part) => part !== '');
  return `Of ${series.length} series, ${listed(parts)}.`;
}

const count = (names: readonly string[], what: string): string =>
  names.length === 0
    ? ''
    : names.length <= 5
      ? `${names.length} ${what} (${names.join(', ')})`
      : `${names.length} ${what}`;

function tell(one: TrendSeries): string[] {
  const { change, regression, unit } = one;
  const went = change.absolute === 0 ? 'ended where it began, at' : `went from ${figure(change.first)} to`;
  const by = change.percent === null || change.absolute === 0 ? '' : ` (${percent(change.percent)})`;
  const sentences = [
    `${one.name} ${went} ${figure(change.last)}${by} between ${one.from} and ${one.to}, with its highest value ` +
      `${figure(change.highest.value)} at ${change.highest.time} and its lowest ${figure(change.lowest.value)} at ` +
      `${change.lowest.time}.`,
    `${directionOf(one)} The fitted line moves ${figure(regression.slope)} per ${unit} and explains ` +
      `${figure(regression.rSquared * 100)} % of the variation.`,
  ];
  const { seasonality } = one;
  if (seasonality?.detected === true)
    sentences.push(
      `It repeats every ${seasonality.period} observations; that cycle explains ` +
        `${figure(seasonality.strength * 100)} % of what the trend leaves.`,
    );
  return sentences;
}

function directionOf(one: TrendSeries): string {
  const test =
    one.mannKendall === undefined
      ? `regression, ${pValue(one.regression.pValue)}`
      : `Mann–Kendall test, ${pValue(one.mannKendall.pValue)}`;
  return one.direction === 'no clear trend'
    ? `No trend beyond chance shows (${test}).`
    : `The trend is ${one.direction} (${test}).`;
}
