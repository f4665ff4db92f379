import { describe, expect, it } from '@jest/globals';
import type { Json } from '../kernel/canonical-json.js';
import { LIMITS } from '../kernel/limits.js';
import { wait } from './wait.js';

const NOW = Date.parse('2026-01-02T03:00:00.000Z');
const DAY = 24 * 3_600_000;
const waits = (input: Json) => wait({ now: () => NOW })({ input } as Parameters<ReturnType<typeof wait>>[0]);

describe('a wait', () => {
  it.each<[string, Json, string]>([
    ['some milliseconds', { for: 1_500 }, '2026-01-02T03:00:01.500Z'],
    ['a part of one, rounded up', { for: 0.2 }, '2026-01-02T03:00:00.001Z'],
    ['thirty days', { for: 30 * DAY }, '2026-02-01T03:00:00.000Z'],
    ['until a time', { until: '2026-01-02T04:00:00Z' }, '2026-01-02T04:00:00.000Z'],
    ['until a time of another place', { until: '2026-01-02T04:00:00.5+00:30' }, '2026-01-02T03:30:00.500Z'],
    ['until a minute', { until: '2026-01-02T03:01Z' }, '2026-01-02T03:01:00.000Z'],
  ])('lasts %s', async (_, input, until) =>
    expect(await waits(input)).toEqual({ output: { until }, cost: 0n, until }),
  );

  it.each<[string, Json, string]>([
    ['no time', { for: 0 }, '2026-01-02T03:00:00.000Z'],
    ['until a time that is past', { until: '2025-12-31T23:59:59Z' }, '2025-12-31T23:59:59.000Z'],
  ])('that lasts %s is over at once', async (_, input, until) =>
    expect(await waits(input)).toEqual({ output: { until }, cost: 0n }),
  );

  it.each<[string, Json]>([
    ['nothing', {}],
    ['null', null],
    ['a number alone', 5_000],
    ['a list', [{ for: 1 }]],
    ['both', { for: 1, until: '2026-01-02T04:00:00Z' }],
    ['something else too', { for: 1, unit: 'h' }],
    ['a negative time', { for: -1 }],
    ['text for a figure', { for: '5000' }],
    ['no time', { until: 'tomorrow' }],
    ['a time without its offset', { until: '2026-01-02T04:00:00' }],
    ['a day that is none', { until: '2026-02-31T25:00:00Z' }],
    ['a number for a time', { until: 1_767_323_045 }],
  ])('is refused for %s', async (_, input) =>
    expect(waits(input)).rejects.toMatchObject({ code: 'WAIT_INVALID', kind: 'terminal' }),
  );

  it.each<[string, Json]>([
    ['one ms more than thirty days', { for: 30 * DAY + 1 }],
    ['a year', { until: '2027-01-02T03:00:00Z' }],
    ['no end', { for: 1e300 }],
  ])('is refused for %s, with the limit', async (_, input) =>
    expect(waits(input)).rejects.toMatchObject({
      code: 'WAIT_TOO_LONG',
      figures: { allowedMs: LIMITS.waitTime },
    }),
  );
});
