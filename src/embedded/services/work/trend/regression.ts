import { pOfT } from '../comparing/distributions.js';

export interface Regression {
  readonly slope: number;
  /** value at x = 0 */
  readonly intercept: number;
  readonly rSquared: number;
  readonly pValue: number | null;
  /** standard deviation of the residuals, n − 2 */
  readonly residualSd: number;
  readonly meanX: number;
  readonly sumXX: number;
}

/** Least squares of y on x, with the t-test of slope = 0. @param x at least two different values */
export function regress(x: readonly number[], y: readonly number[]): Regression {
  const n = x.length;
  const meanX = x.reduce((sum, value) => sum + value, 0) / n;
  const meanY = y.reduce((sum, value) => sum + value, 0) / n;
  let sumXX = 0;
  let sumXY = 0;
  let sumYY = 0;
  for (let i = 0; i < n; i++) {
    sumXX += (x[i]! - meanX) ** 2;
    sumXY += (x[i]! - meanX) * (y[i]! - meanY);
    sumYY += (y[i]! - meanY) ** 2;
  }
  const slope = sumXY / sumXX;
  const unexplained = Math.max(0, sumYY - slope * sumXY);
  const residualSd = n > 2 ? Math.sqrt(unexplained / (n - 2)) : 0;
  // A flat series is fitted completely, and has no slope to test.
  const rSquared = sumYY === 0 ? 1 : Math.min(1, (sumXY * sumXY) / (sumXX * sumYY));
  const t = slope === 0 ? 0 : slope / (residualSd / Math.sqrt(sumXX));
  const pValue = n > 2 ? pOfT(t, n - 2) : null;
  return { slope, intercept: meanY - slope * meanX, rSquared, pValue, residualSd, meanX, sumXX };
}
