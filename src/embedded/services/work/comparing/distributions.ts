import jstat from 'jstat';

const { chisquare, normal, studentt } = jstat.jStat;

/** Two-sided p-value of a t statistic. */
export const pOfT = (t: number, degrees: number): number =>
  Number.isFinite(t) ? Math.min(1, 2 * studentt.cdf(-Math.abs(t), degrees)) : 0;

/** Two-sided p-value of a standard normal statistic. */
export const pOfZ = (z: number): number => Math.min(1, 2 * normal.cdf(-Math.abs(z), 0, 1));

/** Upper-tail p-value of a χ² statistic. */
export const pOfChiSquare = (x: number, degrees: number): number =>
  Math.min(1, Math.max(0, 1 - chisquare.cdf(x, degrees)));

export const tQuantile = (p: number, degrees: number): number => studentt.inv(p, degrees);

export const normalQuantile = (p: number): number => normal.inv(p, 0, 1);
