import type { TimeUnit } from '../../shapes/trend.js';

/** Cycles people live by, in observations of each unit. Years and plain steps have none to look for. */
export const CALENDAR_CYCLES: Readonly<Record<TimeUnit, readonly number[]>> = {
  hour: [24, 168],
  day: [7, 365],
  week: [52],
  month: [12],
  quarter: [4],
  year: [],
  step: [],
};
