/** @param at ISO time @returns ISO time `ms` later */
export const plusMs = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

/** @param ms since the epoch @returns ISO, UTC, milliseconds */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
