import type { Forecast } from '../../shapes/findings.js';
import { normalQuantile, tQuantile } from '../comparing/distributions.js';
import { after } from '../series/axis.js';
import { evenly } from '../series/regular.js';
import type { Series } from '../series/series-of.js';
import { regress } from '../trend/regression.js';
import { seasonalityOf } from '../trend/seasonality.js';
import { fitWeights } from './fit.js';
import { varianceFactor } from './smoothing.js';

type OneForecast = Forecast['series'][number];

export const LEVEL = 0.95;
/** Fewer observations than this determine a line at best. */
const ENOUGH_TO_SMOOTH = 10;

/** Chooses the method by what the series offers: a season, enough even observations, or only a line. */
export function project(series: Series, horizon: number): OneForecast {
  const values = evenly(series.points);
  if (values === undefined || values.length < ENOUGH_TO_SMOOTH) return line(series, horizon);
  const season = seasonalityOf(series);
  const period = season?.detected === true ? season.period : 1;
  const { weights, state } = fitWeights(values, period);
  const freedom = Math.max(1, values.length - (period > 1 ? 3 : 2));
  const sd = Math.sqrt(state.sse / freedom);
  const reach = normalQuantile(0.5 + LEVEL / 2);
  return {
    name: series.name,
    method: period > 1 ? 'holt-winters' : 'holt',
    period,
    observations: series.points.length,
    rmse: Math.sqrt(state.sse / values.length),
    points: steps(horizon).map((h) => {
      const value = state.level + h * state.slope + state.seasons[(h - 1) % period]!;
      const margin = reach * sd * Math.sqrt(varianceFactor(weights, h));
      return { time: timeAhead(series, h), value, low: value - margin, high: value + margin };
    }),
  };
}

/** Least squares with the prediction interval of a new observation. */
function line(series: Series, horizon: number): OneForecast {
  const x = series.points.map((point) => point.x);
  const y = series.points.map((point) => point.y);
  const { slope, intercept, residualSd, meanX, sumXX } = regress(x, y);
  const n = x.length;
  const reach = tQuantile(0.5 + LEVEL / 2, n - 2);
  const errors = y.map((value, i) => value - intercept - slope * x[i]!);
  return {
    name: series.name,
    method: 'linear',
    period: 1,
    observations: n,
    rmse: Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / n),
    points: steps(horizon).map((h) => {
      const at = x.at(-1)! + h * typicalGap(x);
      const value = intercept + slope * at;
      const margin = reach * residualSd * Math.sqrt(1 + 1 / n + (at - meanX) ** 2 / sumXX);
      return { time: timeAhead(series, h), value, low: value - margin, high: value + margin };
    }),
  };
}

const steps = (horizon: number): number[] => Array.from({ length: horizon }, (_, i) => i + 1);

function typicalGap(x: readonly number[]): number {
  const gaps = x.slice(1).map((value, i) => value - x[i]!);
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 1;
}

/** Written as the table writes its times. */
function timeAhead({ points, unit, calendar }: Series, h: number): string {
  const last = points.at(-1)!;
  const gap = typicalGap(points.map((point) => point.x));
  if (!calendar || unit === 'step') return String(last.at + h * gap);
  const moment = new Date(after(last.at, h * Math.max(1, Math.round(gap)), unit)).toISOString();
  return last.time.includes('T') ? moment : moment.slice(0, 10);
}
