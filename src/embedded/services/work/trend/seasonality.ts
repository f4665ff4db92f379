import type { TrendSeries } from '../../shapes/trend.js';
import { evenly } from '../series/regular.js';
import { CALENDAR_CYCLES } from '../series/seasons.js';
import type { Series } from '../series/series-of.js';
import { decompose } from './decompose.js';

type Seasonality = NonNullable<TrendSeries['seasonality']>;

/** A season has to explain this much of the detrended variation to be called one. */
const STRONG = 0.3;

/** @returns undefined where no cycle of the calendar fits twice into evenly spaced observations */
export function seasonalityOf(series: Series): Seasonality | undefined {
  const values = evenly(series.points);
  if (values === undefined) return undefined;
  const candidates = CALENDAR_CYCLES[series.unit]
    .filter((period) => values.length > 2 * period)
    .map((period): Seasonality => {
      const { profile, strength, autocorrelation } = decompose(values, period);
      // Beyond what chance gives in white noise (95 %).
      const beyondChance = autocorrelation > 1.96 / Math.sqrt(values.length);
      const detected = strength >= STRONG && beyondChance;
      return { period, autocorrelation, strength, detected, profile: [...profile] };
    });
  // More places in a cycle explain more of any noise, so a longer one has to be told by the autocorrelation.
  return candidates.sort((a, b) => b.autocorrelation - a.autocorrelation)[0];
}
