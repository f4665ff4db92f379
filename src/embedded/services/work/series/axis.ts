import type { TimeUnit } from '../../shapes/trend.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FIXED = { hour: HOUR, day: DAY, week: 7 * DAY } as const;
const MONTHS = { month: 1, quarter: 3, year: 12 } as const;

/** The unit that observations of a calendar series are apart, by the median gap. @param times ms, ascending, unique */
export function calendarUnit(times: readonly number[]): TimeUnit {
  const gaps = times.slice(1).map((time, i) => (time - times[i]!) / DAY);
  gaps.sort((a, b) => a - b);
  const gap = gaps[Math.floor(gaps.length / 2)] ?? 1;
  if (gap < 0.9) return 'hour';
  if (gap < 5) return 'day';
  if (gap < 20) return 'week';
  if (gap < 70) return 'month';
  if (gap < 200) return 'quarter';
  return 'year';
}

/**
 * Where a moment stands on an axis counted in units. Months, quarters and years are counted by the calendar, so
 * that a monthly series is evenly spaced although months are not equally long.
 */
export function position(ms: number, unit: TimeUnit): number {
  if (unit === 'step') return ms;
  if (unit in FIXED) return ms / FIXED[unit as keyof typeof FIXED];
  const date = new Date(ms);
  const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const end = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + (ms - start) / (end - start);
  return months / MONTHS[unit as keyof typeof MONTHS];
}

/** The moment `steps` units after another, for the dates of a forecast. */
export function after(ms: number, steps: number, unit: Exclude<TimeUnit, 'step'>): number {
  if (unit in FIXED) return ms + steps * FIXED[unit as keyof typeof FIXED];
  const date = new Date(ms);
  const month = date.getUTCMonth() + steps * MONTHS[unit as keyof typeof MONTHS];
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  return Date.UTC(date.getUTCFullYear(), month, day) + (ms % DAY);
}
