export interface Decomposition {
  /** mean departure from the trend at each place of the cycle, summing to zero */
  readonly profile: readonly number[];
  /** 0 to 1 */
  readonly strength: number;
  readonly autocorrelation: number;
}

/**
 * Classical additive decomposition: centred moving average, then seasonal means. Strength is
 * 1 − Var(remainder) / Var(season + remainder) (Wang, Smith and Hyndman 2006).
 * @param values evenly spaced, at least two cycles and one observation
 */
export function decompose(values: readonly number[], period: number): Decomposition {
  const half = Math.floor(period / 2);
  const departures: { place: number; value: number }[] = [];
  for (let i = half; i < values.length - half; i++) {
    departures.push({ place: i % period, value: values[i]! - centredMean(values, i, period) });
  }
  const profile = centred(meansByPlace(departures, period));
  const remainder = departures.map(({ place, value }) => value - profile[place]!);
  const whole = departures.map(({ value }) => value);
  const total = variance(whole);
  return {
    profile,
    strength: total === 0 ? 0 : Math.max(0, 1 - variance(remainder) / total),
    autocorrelation: autocorrelation(whole, period),
  };
}

/** A window as long as the cycle; of even length it takes half of each of its two ends. */
function centredMean(values: readonly number[], at: number, period: number): number {
  const half = Math.floor(period / 2);
  let sum = 0;
  for (let i = at - half; i <= at + half; i++) sum += values[i]!;
  if (period % 2 === 0) sum -= (values[at - half]! + values[at + half]!) / 2;
  return sum / period;
}

function meansByPlace(departures: readonly { place: number; value: number }[], period: number): number[] {
  const sums = Array.from({ length: period }, () => ({ sum: 0, count: 0 }));
  for (const { place, value } of departures) {
    sums[place]!.sum += value;
    sums[place]!.count += 1;
  }
  return sums.map(({ sum, count }) => (count === 0 ? 0 : sum / count));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const centred = (values: readonly number[]): number[] => {
  const middle = mean(values);
  return values.map((value) => value - middle);
};

const variance = (values: readonly number[]): number => mean(centred(values).map((value) => value ** 2));

export function autocorrelation(values: readonly number[], lag: number): number {
  const deviations = centred(values);
  let shifted = 0;
  for (let i = lag; i < deviations.length; i++) shifted += deviations[i]! * deviations[i - lag]!;
  const total = deviations.reduce((sum, value) => sum + value ** 2, 0);
  return total === 0 ? 0 : shifted / total;
}
