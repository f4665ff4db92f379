import { describe, expect, it } from '@jest/globals';
import { comparison, lagOf, median, medians, merged, quantile, ratio } from '../../bench/figures.mjs';

const turn = (perSecond: number, failures: string[] = []) => ({ loaded: { perSecond, p50: 1 }, failures });
const what = {
  unit: 'workflows/s',
  figure: ({ loaded }: { loaded: { perSecond: number } }) => loaded.perSecond,
};

describe('a median', () => {
  it('is the value in the middle, or between the two in the middle, in whatever order they came', () => {
    expect([median([9, 1, 5]), median([4, 1, 3, 2]), median([7])]).toEqual([5, 2.5, 7]);
  });

  it('of nothing is no number', () => expect(median([])).toBeNaN());

  it('leaves the values as they were', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('of runs is taken figure by figure, of those that every run has', () => {
    const runs = [
      { loaded: { perSecond: 10, p50: 3 }, lag: 1 },
      { loaded: { perSecond: 30, p50: 1 } },
      { loaded: { perSecond: 20, p50: 2 } },
    ];
    expect(medians(runs)).toEqual({ loaded: { perSecond: 20, p50: 2 } });
  });
});

it('a quantile is the value that the share stays below, the greatest at most', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 99 - at);
  expect([
    quantile(hundred, 0.5),
    quantile(hundred, 0.99),
    quantile([5], 0.99),
    quantile(hundred, 1),
  ]).toEqual([50, 99, 5, 99]);
});

describe('a ratio', () => {
  it('is above 1 when ours is better, whether more or less of it is good', () => {
    expect([ratio(200, 100), ratio(100, 200), ratio(1, 4, 'less'), ratio(4, 1, 'less')]).toEqual([
      2, 0.5, 4, 0.25,
    ]);
  });

  it('to nothing is none', () => expect([ratio(5, 0), ratio(0, 5, 'less')]).toEqual([null, null]));
});

describe('a comparison', () => {
  it('compares the medians of all turns with each peer, the first one by name', () => {
    const runs = {
      ours: [turn(100), turn(300), turn(200)],
      restate: [turn(50), turn(90), turn(100)],
      'restate:p2': [turn(400)],
    };
    expect(comparison(what, runs)).toEqual({
      unit: 'workflows/s',
      better: 'more',
      ours: 200,
      restate: 90,
      'restate:p2': 400,
      ratio: 2.22,
      ratios: { restate: 2.22, 'restate:p2': 0.5 },
      failures: [],
      medians: {
        ours: { loaded: { perSecond: 200, p50: 1 }, failures: [] },
        restate: { loaded: { perSecond: 90, p50: 1 }, failures: [] },
        'restate:p2': { loaded: { perSecond: 400, p50: 1 }, failures: [] },
      },
      runs,
    });
  });

  it('of ours alone has no ratio', () =>
    expect(comparison(what, { ours: [turn(100)] })).toMatchObject({ ours: 100, ratio: null, ratios: {} }));

  it('says what failed in any turn of any engine', () => {
    const runs = { ours: [turn(1), turn(1, ['w1: lag'])], restate: [turn(1, ['w1: 3 calls failed'])] };
    expect(comparison(what, runs)).toMatchObject({ failures: ['w1: lag', 'w1: 3 calls failed'] });
  });
});

describe('a file of results', () => {
  it('keeps other workloads and takes the newest of the same', () =>
    expect(merged('{"w1": {"ours": 1}, "w2": {"ours": 2}}', { w2: { ours: 3 } })).toEqual({
      w1: { ours: 1 },
      w2: { ours: 3 },
    }));

  it('begins with what there is', () =>
    expect(merged(undefined, { w1: { ours: 1 } })).toEqual({ w1: { ours: 1 } }));

  it('that is no JSON is not written over', () =>
    expect(() => merged('oops', { w1: {} })).toThrow(SyntaxError));
});

describe('the lag of read models', () => {
  const of = (samples: number[], perSecond = 1_000) => lagOf(samples, perSecond).grew;

  it('that goes up with the load and stays there has not grown', () =>
    expect(of([0, 900, 3_000, 3_100, 2_900, 3_000, 3_100, 2_800, 3_000])).toBe(false));

  it('that rises to the end has grown', () =>
    expect(of([0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000])).toBe(true));

  it('that is gone as soon as the load is has not grown', () =>
    expect(of([0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 500])).toBe(false));

  it('of less than a second of events is none, however it moves', () =>
    expect(of([0, 100, 200, 300, 400, 500, 600, 700, 800])).toBe(false));

  it('is told with its median, its greatest and its last value', () =>
    expect(lagOf([0, 10, 20, 30, 5], 1_000)).toEqual({ median: 10, most: 30, atEnd: 5, grew: false }));

  it('of a load too short to be sampled is nothing', () =>
    expect(lagOf([], 0)).toEqual({ median: 0, most: 0, atEnd: 0, grew: false }));
});
