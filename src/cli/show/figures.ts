import { formatUsdc } from '../../kernel/money.js';

/** How amounts, times and names read on a terminal. Pure. */

export const usdc = (micros: string | bigint | null | undefined): string =>
  micros === null || micros === undefined ? '–' : formatUsdc(BigInt(micros));

/** Without the unit, for columns whose head names it. */
export const amount = (micros: string | bigint | null | undefined): string =>
  usdc(micros).replace(' USDC', '');

/** 0 ms, 480 ms, 1.9 s, 75 s, 4 min 10 s */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 100_000) return `${Math.round(ms / 1_000)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(1)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

/** Keeps both ends: they are what people compare. */
export const shortened = (text: string, length = 20): string =>
  text.length <= length
    ? text
    : `${text.slice(0, Math.ceil((length - 1) / 2))}…${text.slice(text.length - Math.floor((length - 1) / 2))}`;

export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;

/** Time of day of an ISO time, in UTC as it was recorded. */
export const clockTime = (iso: string): string => iso.slice(11, 23);

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Text of others may carry sequences that a terminal obeys: none reaches one. */
export const plainText = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are taken out
  text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
