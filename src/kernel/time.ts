/** @param at ISO time @returns ISO time `ms` later */
export const plusMs = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

let last = Number.NaN;
let lastText = '';

/** Much happens within a millisecond, and is told by one text. @param ms since the epoch @returns ISO, UTC, milliseconds */
export function isoTime(ms: number): string {
  if (ms !== last) {
    lastText = new Date(ms).toISOString();
    last = ms;
  }
  return lastText;
}
