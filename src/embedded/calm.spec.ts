import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { calm } from './calm.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** What the shares lead to: seconds after which it was calm, `undefined` where it never was. */
async function calmAfter(shares: readonly number[], stopping = new AbortController()) {
  let seconds: number | undefined;
  let looks = 0;
  let passed = 0;
  void calm(stopping.signal, () => shares[Math.min(looks++, shares.length - 1)]!).then(() => {
    seconds = passed;
  });
  for (passed = 1; passed <= 100 && seconds === undefined; passed++)
    await jest.advanceTimersByTimeAsync(1_000);
  return { seconds, looks };
}

it('is calm after the first second with little to do', async () => {
  expect(await calmAfter([0.9, 0.95, 0.3, 0.1])).toEqual({ seconds: 4, looks: 4 });
});

it('is waited for no longer than a minute', async () => {
  expect(await calmAfter([0.9])).toEqual({ seconds: 60, looks: 60 });
});

it('is not waited for by who stops', async () => {
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(), 2_500);
  expect(await calmAfter([0.9], stopping)).toMatchObject({ seconds: 3 });
});

it('knows by itself how busy this thread is', async () => {
  jest.useRealTimers();
  const began = performance.now();
  await calm(new AbortController().signal);
  expect(performance.now() - began).toBeGreaterThan(900);
});
