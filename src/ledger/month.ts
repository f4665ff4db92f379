import { Refusal } from '../kernel/errors.js';
import type { Period } from '../projections/ledger/queries.js';

const MONTH = /^(20\d\d)-(0[1-9]|1[0-2])$/;

/**
 * @param month `2026-11`, in UTC
 * @throws Refusal VALIDATION_FAILED
 */
export function periodOf(month: string): Period {
  const [, year, number] = MONTH.exec(month) ?? [];
  if (year === undefined || number === undefined)
    throw new Refusal('VALIDATION_FAILED', 'A month is written as year and month, such as 2026-11.');
  const start = (monthsOn: number) => new Date(Date.UTC(Number(year), Number(number) - 1 + monthsOn, 1));
  return { from: start(0).toISOString(), until: start(1).toISOString() };
}

/** @param at ms since 1970 */
export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);
