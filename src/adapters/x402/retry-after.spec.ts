import { expect, it } from '@jest/globals';
import { LONGEST_RETRY_AFTER, retryAfterMs } from './retry-after.js';

const said = (retryAfter?: string, date = 'Sun, 22 Nov 2026 10:00:00 GMT') =>
  retryAfterMs((name) => ({ 'retry-after': retryAfter, date })[name]);

it.each([
  ['1', 1_000],
  [' 30 ', 30_000],
  ['Sun, 22 Nov 2026 10:00:07 GMT', 7_000],
  ['86400', LONGEST_RETRY_AFTER],
  ['Mon, 22 Nov 2027 10:00:00 GMT', LONGEST_RETRY_AFTER],
])('%p of a service is waited for', (retryAfter, ms) => expect(said(retryAfter)).toBe(ms));

it.each([
  [undefined],
  [''],
  ['0'],
  ['-5'],
  ['1.5'],
  ['1e9'],
  ['soon'],
  ['Sun, 22 Nov 2026 09:59:59 GMT'],
  ['9'.repeat(400)],
])('%p of a service says nothing', (retryAfter) => expect(said(retryAfter)).toBeUndefined());

it('a time says nothing when the service does not tell its own', () =>
  expect(said('Sun, 22 Nov 2026 10:00:07 GMT', '')).toBeUndefined());
