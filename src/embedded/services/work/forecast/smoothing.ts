/** Additive exponential smoothing in error-correction form: ETS(A,A,A), or ETS(A,A,N) at period 1. */
export interface Weights {
  readonly alpha: number;
  /** 0 to alpha */
  readonly beta: number;
  /** 0 to 1 − alpha; 0 without a season */
  readonly gamma: number;
  readonly period: number;
}

export interface Smoothed {
  readonly level: number;
  readonly slope: number;
  /** of the coming `period` observations, in order */
  readonly seasons: readonly number[];
  /** sum of squared one-step errors */
  readonly sse: number;
}

/** @param values evenly spaced, at least two cycles, or four values without a season */
export function smooth(values: readonly number[], { alpha, beta, gamma, period }: Weights): Smoothed {
  let { level, slope, seasons } = start(values, period);
  let sse = 0;
  seasons = [...seasons];
  for (const [i, value] of values.entries()) {
    const place = i % period;
    const season = seasons[place]!;
    const error = value - (level + slope + season);
    level += slope + alpha * error;
    slope += beta * error;
    if (period > 1) seasons[place] = season + gamma * error;
    sse += error * error;
  }
  const next = values.length % period;
  return { level, slope, sse, seasons: seasons.map((_, i) => seasons[(next + i) % period]!) };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** State before the first observation: the line through the first two cycles, and the first departures from it. */
function start(
  values: readonly number[],
  period: number,
): { level: number; slope: number; seasons: number[] } {
  const cycle = period > 1 ? period : 2;
  const first = mean(values.slice(0, cycle));
  const slope = (mean(values.slice(cycle, 2 * cycle)) - first) / cycle;
  const middle = (cycle - 1) / 2;
  const seasons =
    period > 1 ? values.slice(0, period).map((value, i) => value - (first + slope * (i - middle))) : [0];
  return { level: first - slope * (1 + middle), slope, seasons };
}

/**
 * How much wider than one step the variance is `h` steps ahead (Hyndman et al. 2008, table 6.1).
 * @param h from 1
 */
export function varianceFactor({ alpha, beta, gamma, period }: Weights, h: number): number {
  let sum = 1;
  for (let j = 1; j < h; j++) {
    sum += (alpha + beta * j + (period > 1 && j % period === 0 ? gamma : 0)) ** 2;
  }
  return sum;
}
